"""Parameter sweeps of Everest, and the records of jobs."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import json
import os
import resource
import stat
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_remote.everest import (
    AsyncEverest,
    Damaged,
    Everest,
    InvalidInput,
    JobFailed,
    Plan,
    Sweep,
    span,
    sweeps,
)
from jupyter_remote.everest.plan import read_parameters
from jupyter_remote.everest.records import Record, Records
from jupyter_remote.everest.sweeps import unpack

from . import everest_rig
from .test_everest_road import QUICK

Factory = Callable[..., everest_rig.Everest]


@pytest.fixture
def server(everest: Factory) -> everest_rig.Everest:
    return everest()


async def test_a_sweep_is_given_up_while_its_files_are_packed(
    server: everest_rig.Everest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").write_bytes(os.urandom(64_000_000))
    (scratch := tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    begun = asyncio.Event()
    plan = Plan("echo ${X}", {"X": [1]}, ["data"])
    async with AsyncEverest(server.url, server.token, folder=tmp_path / "mine") as client:
        sweeping = asyncio.ensure_future(
            client.sweep(plan, [tmp_path / "data"], progress=lambda done, total: begun.set())
        )
        await begun.wait()
        sweeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sweeping
    assert not list(scratch.iterdir())
    assert "files.upload" not in server.control.counts()


def test_packing_that_is_given_up_reads_no_further(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(os.urandom(3_000_000))
    packing = sweeps._Packing([tmp_path / "data"], lambda done, total: None)
    packing._tell = lambda: setattr(packing, "_stopped", True)  # after the first piece
    made = packing._make(Plan("echo ${X}", {"X": [1]}), tmp_path)
    assert 1_000_000 < made["files"].stat().st_size < 2_000_000


def test_a_plan_is_written_out() -> None:
    plan = Plan(
        "sh run.sh ${x} ${mode}",
        {"x": span(0, 0.3, 0.1), "mode": ["fast", "slow"]},
        input_files=["run.sh", "in_${mode}.txt"],
        output_files=["out_${x}.txt", "stdout"],
    )
    assert len(plan) == 8 == len(list(plan.tasks()))
    assert plan.text().splitlines() == [
        "parameter x 0.0 0.1 0.2 0.3",
        "parameter mode fast slow",
        "input_files run.sh in_${mode}.txt",
        "command sh run.sh ${x} ${mode}",
        "output_files out_${x}.txt stdout",
    ]
    assert "8 tasks" in plan._repr_html_()
    assert read_parameters(plan.text()) == {
        "x": ["0.0", "0.1", "0.2", "0.3"],
        "mode": ["fast", "slow"],
    }
    assert read_parameters("parameter x from 1 to 3 step 1\ncommand ls\n") is None
    assert read_parameters("parameter x 1 2\nconstraint x > 1\ncommand ls\n") is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"command": " "}, "command"),
        ({"command": "a\nb"}, "one line"),
        ({"command": "run ${y}"}, "no such parameter"),
        ({"parameters": {"x y": [1]}}, "no name"),
        ({"parameters": {"x": []}}, "list of values"),
        ({"parameters": {"x": "abc"}}, "list of values"),
        ({"parameters": {"x": ["two words"]}}, "no blanks"),
        ({"parameters": {"x": [float("nan")]}}, "cannot be a value"),
        ({"parameters": {"x": [True]}}, "neither a number"),
        ({"parameters": {"x": range(400), "y": range(400)}}, "160000 tasks"),
        ({"output_files": ["two words"]}, "no blanks"),
    ],
)
def test_what_no_plan_can_say(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Plan(**{"command": "true", "parameters": {"x": [1]}, **fields})


def test_numbers_of_a_range_are_as_they_are_written() -> None:
    assert span(0, 0.3, 0.1) == [0, 0.1, 0.2, 0.3]
    assert span(-0.3, 0.3, 0.3) == [-0.3, 0, 0.3]
    assert span(1e-15, 3e-15, 1e-15) == [1e-15, 2e-15, 3e-15]
    assert span(1, 3) == [1, 2, 3]


@pytest.mark.parametrize("bounds", [(0, 1, 0), (0, 1, -1), (0, float("inf"), 1), (0, 1e9, 1)])
def test_spans_that_never_end(bounds: tuple[float, float, float]) -> None:
    with pytest.raises(InvalidInput):
        span(*bounds)


def test_a_sweep(server: everest_rig.Everest, tmp_path: Path) -> None:
    script = tmp_path / "add.sh"
    script.write_text("echo $(($1 + $2)); cp $0 copy_$1.sh\n")
    plan = Plan("sh add.sh ${a} ${b}", {"a": [1, 2], "b": [10, 20, 30]}, ["add.sh"],
                ["stdout", "copy_${a}.sh"])  # fmt: skip
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        sweep = client.sweep(plan, [script], key="adding")
        results = sweep.results(tmp_path / "out", timeout=60)
        assert (len(results), results.missing) == (6, 0)
        assert {(r["a"], r["b"], r["stdout"]) for r in results.table()} == {
            (task["a"], task["b"], task["a"] + task["b"]) for task in plan.tasks()
        }
        assert sorted(results.frame()["stdout"]) == [11, 12, 21, 22, 31, 32]
        first = next(iter(results.values()))
        assert first.files().keys() == {"stdout", f"copy_{first.parameters['a']}.sh"}
        assert "6 tasks" in results._repr_html_()
        again = Sweep.of(client.job(sweep.job.id), plan)
        assert len(again.results(tmp_path / "again")) == 6


def test_a_sweep_that_fails_in_part(server: everest_rig.Everest, tmp_path: Path) -> None:
    plan = Plan("sh -c ${x}", {"x": ["true", "false"]}, output_files=["stdout"])
    with Everest(server.url, server.token, settings=QUICK, folder=tmp_path) as client:
        sweep = client.sweep(plan)
        with pytest.raises(JobFailed):
            sweep.results(tmp_path / "out", timeout=60)
        results = sweep.results(tmp_path / "out", partial=True)
        assert len(results) >= 1


def test_archives_stay_in_their_folder(tmp_path: Path) -> None:
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("1/../../outside", "x")
    with pytest.raises(Damaged, match="outside"):
        unpack(evil, tmp_path / "out")
    assert not (tmp_path / "outside").exists()
    (tmp_path / "text.zip").write_text("no archive")
    with pytest.raises(Damaged, match="no zip"):
        unpack(tmp_path / "text.zip", tmp_path / "out")
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1/stdout", "a" * 1000)
    data = bytearray(broken.read_bytes())
    data[38] = 0xFF  # the first block after header and name
    broken.write_bytes(data)
    with pytest.raises(Damaged, match="can be read"):
        unpack(broken, tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_no_space_for_results(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: the same error of the same call."""
    packed, out = tmp_path / "results.zip", tmp_path / "out"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1/stdout", "whole")
        archive.writestr("2/stdout", b"x" * 3_000_000)
    (out / "2").mkdir(parents=True)
    (out / "2" / "stdout").write_text("an older one")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, usual[1]))
    try:
        with pytest.raises(Damaged, match=f"cannot unpack .*{os.strerror(errno.EFBIG)}"):
            unpack(packed, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    left = {str(p.relative_to(out)): p.read_text() for p in out.rglob("*") if p.is_file()}
    assert left == {"1/stdout": "whole", "2/stdout": "an older one"}


# -- records -----------------------------------------------------------------------------------


def record(name: str, **more: Any) -> Record:
    return Record(name=name, server="s", app="a", inputs={"x": 1}, time=time.time(), **more)


def test_records_outlive_torn_lines_and_other_processes(tmp_path: Path) -> None:
    first, second = Records(tmp_path, "s"), Records(tmp_path, "s")
    first.add(record("one", key="k"))
    second.add(record("two"))
    first.note("one", id="1", state="DONE")
    (path, *_) = sorted(tmp_path.glob("*.jsonl"))
    with open(path, "a") as file:
        file.write('{"name": "torn", "app": "a", "ser')
    second.add(record("three"))
    first.add(record("four"))
    found = {each.name: each for each in Records(tmp_path, "s").load().all()}
    assert found.keys() == {"one", "two", "three", "four"}
    assert (found["one"].id, found["one"].state, found["one"].inputs) == ("1", "DONE", {"x": 1})
    assert Records(tmp_path, "another server").load().all() == []
    first.forget("one")
    assert "one" not in {each.name for each in second.load().all()}
    for each in (first, second):
        each.close()
    assert {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()} == {0o600}


def test_old_records_go_when_all_has_ended(tmp_path: Path) -> None:
    kept, ended = Records(tmp_path, "s"), Records(tmp_path, "s")
    kept.add(record("runs", id="1"))
    ended.add(record("ended", id="2", state="DONE"))
    for each in (kept, ended):
        each.close()
    assert len(Records(tmp_path, "s").load().all()) == 2
    for days, left in ((100, ["runs"]), (400, [])):  # for ever is none kept
        for path in tmp_path.iterdir():
            os.utime(path, (time.time() - days * 86400,) * 2)
        assert [each.name for each in Records(tmp_path, "s").load().all()] == left
        assert len(list(tmp_path.iterdir())) == len(left)


def test_a_file_goes_also_when_others_wrote_of_the_end(tmp_path: Path) -> None:
    first, second = Records(tmp_path, "s"), Records(tmp_path, "s")
    first.add(record("one"))
    second.load().note("one", id="1", state="DONE")
    os.utime(next(tmp_path.iterdir()), (time.time() - 100 * 86400,) * 2)
    (tmp_path / "key-x.lock").touch()
    os.utime(tmp_path / "key-x.lock", (0, 0))
    assert Records(tmp_path, "s").load().all() == []
    assert len(list(tmp_path.iterdir())) == 1
    for each in (first, second):
        each.close()


def test_a_server_that_runs_for_months_forgets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_remote.everest.journal.DAY", -1.0)  # the next comes at once
    records = Records(tmp_path, "s").load()
    records.add(dataclasses.replace(record("ended", id="1", state="DONE"), time=0.0))
    records.add(dataclasses.replace(record("runs", id="2"), time=0.0))
    monkeypatch.setattr("jupyter_remote.everest.records.FORGET", -1.0)
    assert [each.name for each in records.load().all()] == ["runs"]
    assert len(list(tmp_path.iterdir())) == 2  # each day has a file of its own
    records.close()


def test_a_job_that_comes_back_is_noted(tmp_path: Path) -> None:
    records = Records(tmp_path, "s")
    records.add(record("one", id="1", state="VANISHED"))
    records.seen("one", "1", "RUNNING")
    assert [each.state for each in Records(tmp_path, "s").load().all()] == ["RUNNING"]
    records.close()


def test_records_of_a_newer_version_are_left_alone(tmp_path: Path) -> None:
    line = {"version": 99, "name": "n", "server": "s", "app": "a", "inputs": {}, "new": 1}
    (tmp_path / "x.jsonl").write_text(json.dumps(line) + "\n")
    assert Records(tmp_path, "s").load().all() == []
