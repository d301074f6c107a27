"""JSON of single Slurm jobs in the shapes of several versions (see data/slurm/README.md), and
which of text and JSON a real Slurm is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_remote.backends.slurm import RemoteSlurmBackend, show, showjson
from jupyter_remote.model import State

from .conftest import reach

BOTH_SLURMS = True

DATA = Path(__file__).parent / "data/slurm"


def of(name, job_id):
    return showjson.read_json((DATA / f"{name}.json").read_text(), job_id)


@pytest.mark.parametrize(
    ("name", "job_id"), [("running", "1"), ("pending", "2"), ("array", "3"), ("failed", "4")]
)
def test_json_and_text_of_the_same_job_say_the_same(name, job_id, monkeypatch):
    (text,) = show.read_show((DATA / f"24.11-{name}.txt").read_text())
    monkeypatch.setattr(showjson.time, "time", lambda: 1796010491.0)  # when it was recorded
    record = of(f"24.11-{name}", job_id)
    one, other = (show.from_show(found, []) for found in (record, text))
    assert one.pop("rows")["Partition"] == other.pop("rows")["Partition"] == "debug"
    assert one == other
    same = ("JobId", "JobState", "JobName", "ExitCode", "TimeLimit", "RunTime", "Reason")
    assert [record.get(key) for key in same] == [text.get(key) for key in same]
    assert record.get("Dependency", "") == text["Dependency"]


def test_plain_numbers_and_words_of_22():
    running, failed, held = (of("22.05-squeue", job_id) for job_id in ("1", "4", "3"))
    assert (running["JobState"], running["NumCPUs"], running["MinMemoryNode"]) == (
        "RUNNING", "2", "200M",
    )  # fmt: skip
    assert (running["TimeLimit"], running.get("ArrayJobId", "")) == (
        "00:10:00", "",
    )  # fmt: skip
    assert failed["ExitCode"] == "3:0"
    assert (held["ArrayJobId"], held["ArrayTaskId"]) == ("3", "0-3")


def test_a_signal_and_a_state_of_23():
    record = of("23.02-written", "812")
    assert (record["JobState"], record["ExitCode"], record["RunTime"]) == (
        "FAILED", "0:9", "00:02:00",
    )  # fmt: skip
    fields = show.from_show(record, [])
    assert fields["asked"]["memory"] == 2 << 30
    assert "killed" in fields["ending"]
    assert fields["logs"] == {"stdout": "/home/ada/812.out", "stderr": "/home/ada/812.err"}
    assert (fields["rows"]["MinMemoryCPU"], fields["rows"]["hold"]) == ("512M", "true")


def test_tasks_and_paths_of_25():
    record = of("25.11-written", "5739_0")
    assert (record["JobId"], record["ArrayTaskId"], record["JobState"]) == (
        "5740", "0", "COMPLETING",
    )  # fmt: skip
    assert record["TimeLimit"] == "UNLIMITED"
    assert show.streams(record) == {"stdout": "/home/ada/out-5739_0"}
    assert record["submit_line"] == "sbatch -a 0-1 run.sh"
    waits = of("25.11-written", "5739_1")
    assert (waits["JobState"], waits["ExitCode"]) == ("PENDING", "0:0")
    assert "RunTime" in waits
    assert of("25.11-written", "5739_2") == of("25.11-written", "1") == {}
    assert of("25.11-written", "5739+0") == of("24.11-none", "99999") == {}


@pytest.mark.parametrize("text", ["", "x", "[]", "3", '{"jobs": 3}', '{"jobs": [3]}', "{}"])
def test_what_is_no_answer(text):
    with pytest.raises(ValueError):  # noqa: PT011
        showjson.read_json(text, "1")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda one: (
        st.lists(one, max_size=3)
        | st.dictionaries(st.sampled_from(["set", "infinite", "number", "return_code", "id"]), one)
    ),
    max_leaves=6,
)
FIELDS = sorted(json.loads((DATA / "24.11-running.json").read_text())["jobs"][0])


@given(st.dictionaries(st.sampled_from(FIELDS), ANY))
def test_whatever_a_version_puts_into_a_field(job):
    record = showjson.record(job)
    assert all(isinstance(value, str) and value for value in record.values())
    show.from_show(record, [])


# -- a real Slurm


@pytest.fixture
def backend(slurm, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
    monkeypatch.setenv("PATH", slurm.env["PATH"])
    yield RemoteSlurmBackend()
    slurm.clear()


async def test_json_where_there_is_json_and_text_where_not(slurm, backend, monkeypatch):
    asked = []
    run = backend._commands.run

    async def noted(program, *argv, **kwargs):
        asked.append((program, *argv))
        return await run(program, *argv, **kwargs)

    monkeypatch.setattr(backend._commands, "run", noted)
    name = 'a StdOut=/etc/shadow WorkDir=/etc "b" | c'
    job_id = slurm.sbatch("sleep 60", "--job-name", name, "--time=00:07:00")
    await reach(backend, job_id, State.RUNNING)
    for _ in range(2):
        told = await backend.details(job_id)
        assert told.asked["time"] == 420
        assert "/etc" not in (told.folder, told.logs["stdout"])
    forms = [argv[0] for program, *argv in asked if program == "scontrol"]
    forms = [form for form in forms if form.startswith("--")]
    new = int(slurm.run("squeue", "--version").split()[1].split(".")[0]) >= 23
    assert forms == (["--json"] * 2 if new else ["--json", "--oneliner", "--oneliner"])


async def test_json_that_is_none_is_no_trouble(slurm, backend, tmp_path):
    job_id = slurm.sbatch("sleep 60", "--time=00:07:00")
    await reach(backend, job_id, State.RUNNING)
    real = slurm.run("sh", "-c", "command -v scontrol").strip()
    stand_in = tmp_path / "scontrol"
    stand_in.write_text(f'#!/bin/sh\n[ "$1" = --json ] && echo "$SAYS" && exit\nexec {real} "$@"\n')
    stand_in.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}:{slurm.env['PATH']}")
        for says in ("no JSON", '{"jobs": []}', '{"jobs": [{"job_id": 1e300}]}'):
            patch.setenv("SAYS", says)
            assert (await backend.details(job_id)).asked["time"] == 420
