"""Jobs submitted with sbatch to a real Slurm with accounting, as an unprivileged user."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import datetime, timezone
from pathlib import Path

import pytest

from jupyter_remote.backends.slurm import RemoteSlurmBackend, submit
from jupyter_remote.contract import JobRequest
from jupyter_remote.errors import (
    BackendError,
    BackendTimeout,
    BackendUnreachable,
    InvalidSpec,
)
from jupyter_remote.model import State, now
from jupyter_remote.process import Result

from .conftest import reach, until
from .slurm_ann import *  # noqa: F403

TAG = "jr-abcdefghijklmnopqrst"
NAMES = [
    "a b",
    'it\'s "quoted"',
    "a|b;c&d $(id) `id` ${HOME} \\",
    "two\nlines",
    "<b>&amp;<script>alert(1)</script>",
    "--partition=gpu",
    "é 漢字 🙂",
    "x" * 200,
]


@pytest.fixture
def ask(slurm):
    def request(script="#!/bin/sh\nsleep 60\n", *, name="", folder="", **options):
        folder = folder or str(slurm.root / slurm.ann)
        return JobRequest(script=script, tag=TAG, folder=folder, name=name, options=options)

    return request


def shown(slurm, job_id, field):
    return slurm.run("squeue", "-h", "-j", job_id, "-O", f"{field}:0\x1e").split("\x1e")[0]


def queue(slurm):
    return slurm.run("squeue", "-h", "-o", "%i").split()


def other_sbatch(backend, script):
    """A folder of the same commands with another sbatch."""
    folder = Path(backend.bin_dir + "-other")
    shutil.copytree(backend.bin_dir, folder, dirs_exist_ok=True)
    (folder / "sbatch").write_text(f"#!/bin/sh\n{script}\n")
    return str(folder)


async def output(slurm, job_id):
    path = slurm.root / slurm.ann / f"slurm-{job_id}.out"
    slurm.until("sh", "-c", f'test -z "$(squeue -h -t pending,running,completing -j {job_id})"')
    return path.read_text()


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
async def test_names_arrive_as_they_are(slurm, backend, ask, name):
    job_id = await backend.submit_request(ask(name=name))
    assert shown(slurm, job_id, "Name") == name
    assert shown(slurm, job_id, "Comment") == TAG
    (job,) = [job for job in await backend.jobs() if job.job_id == job_id]
    assert job.name == name


async def test_gpus_that_were_asked_for_are_there(slurm, backend, ask):
    """A real match: the job sees its own GPU, the form and the details say so."""
    options = {"partition": "gpu", "account": "ml", "gpu_type": "a100", "gpus": 1}
    script = "#!/bin/sh\necho on $CUDA_VISIBLE_DEVICES\nsleep 60\n"
    job_id = await backend.submit_request(ask(script, **options))
    await reach(backend, job_id, State.RUNNING)
    told = await backend.details(job_id)
    assert told.asked["gpus"] == 1
    backend.free_interval = 0.0
    partitions = next(one for one in (await backend.offers()).fields if one.name == "partition")
    notes = {choice.value: choice.note for choice in partitions.choices}
    assert notes["gpu"].endswith("1 of 2 GPUs free")

    async def said():
        return (await backend.log(job_id, 0, 99)).data == b"on 0\n"

    await until(said)
    with pytest.raises(InvalidSpec, match="2"):
        await backend.submit_request(ask(script, **{**options, "gpus": 3}))


async def test_every_option_reaches_slurm(slurm, backend, ask):
    first = await backend.submit_request(ask())
    options = {"partition": "gpu", "account": "ml", "qos": "long", "time": 5400, "nodes": 1}
    options |= {"tasks": 2, "cpus": 3, "memory": 1500 * 2**20, "gpu_type": "a100", "gpus": 2}
    options |= {"array": "1-9:4%2", "dependency": f"afterok:{first}", "begin": "now+1hour"}
    job_id = await backend.submit_request(ask(**options))
    text = slurm.run("scontrol", "-o", "show", "job", job_id)
    for words in (
        *("Partition=gpu", "Account=ml", "QOS=long", "TimeLimit=01:30:00", "NumNodes=1"),
        *("NumTasks=2", "CPUs/Task=3", "MinMemoryNode=1500M", "gpu:a100:2", "ArrayTaskId=1,5,9%2"),
        f"Dependency=afterok:{first}",
    ):
        assert words in text
    assert shown(slurm, job_id, "TimeLimit") == "1:30:00"


async def test_the_job_runs_in_its_folder_as_the_user_with_a_clean_environment(
    slurm, backend, ask, monkeypatch
):
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "7")
    monkeypatch.setenv("SBATCH_PARTITION", "gpu")
    monkeypatch.setenv("SLURM_TIME_FORMAT", "relative")
    monkeypatch.setenv("MINE", "kept")
    script = "#!/bin/sh\npwd; id -un; env\n"
    job_id = await backend.submit_request(ask(script))
    lines = (await output(slurm, job_id)).splitlines()
    assert lines[:2] == [str(slurm.root / slurm.ann), slurm.ann]
    told = dict(line.split("=", 1) for line in lines[2:] if "=" in line)
    assert {"JUPYTERHUB_API_TOKEN", "MY_TOKEN", "SLURM_TIME_FORMAT"}.isdisjoint(told)
    assert (told["MINE"], told["SLURM_JOB_PARTITION"]) == ("kept", "debug")
    assert (told.get("SLURM_CPUS_PER_TASK"), told["SLURM_SUBMIT_DIR"]) == (None, lines[0])


async def test_what_the_script_says_counts_unless_an_option_says_otherwise(slurm, backend, ask):
    head = "#!/bin/sh\n#SBATCH -J mine -t 7\n\n#SBATCH --comment='my own' # a note\n"
    head += f"#SBATCH --chdir={slurm.root}/{slurm.bob} --hold\n"  # where its log cannot be
    job_id = await backend.submit_request(ask(head + "sleep 60\n#SBATCH --comment=late\n"))
    said = [shown(slurm, job_id, field) for field in ("Name", "TimeLimit", "Comment", "WorkDir")]
    assert said == ["mine", "7:00", f"my own {TAG}", f"{slurm.root}/{slurm.bob}"]
    job_id = await backend.submit_request(ask(head, name="ours", time=120))
    assert [shown(slurm, job_id, field) for field in ("Name", "TimeLimit")] == ["ours", "2:00"]


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("#SBATCH --comment=a", "a"), ("#SBATCH --comment 'a b' -n1", "a b"),
        ("#SBATCH --com=a", "a"),
        ("#SBATCH -n1", ""), ("# SBATCH --comment=a", ""), ("#SBATCH --comment='a", ""),
        ("#SBATCH --comment=a\ntrue\n#SBATCH --comment=b", "a"), ("#SBATCH --comment", ""),
        ("#SBATCH --comment=a\n#SBATCH --comment=b", "b"), ("#SBATCH # --comment=a", ""),
    ],
)  # fmt: skip
def test_comments_of_scripts(line, comment):
    assert submit.own_comment(f"#!/bin/sh\n\n{line}\n") == comment


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"account": "ml", "partition": "debug"},
            "'ml' does not go with partition 'debug'; .* physics",
        ),
        ({"partition": "nowhere"}, "no 'nowhere'; you may use debug, gpu"),
        ({"qos": "short", "time": 1860}, "31 min is too much; .* 30 min"),
        ({"time": 1.0}, "at least 1 min"),
        ({"time": 0}, "0 is too little; at least 1 min"),
        ({"gpus": 1, "partition": "debug"}, "there are none"),
        ({"cpus": "2"}, "no number"),
        ({"comment": "x"}, "no option 'comment'"),
        ({"dependency": "afterok:1\n"}, "one line"),
    ],
)
async def test_what_may_not_be_used_never_reaches_sbatch(slurm, backend, ask, options, words):
    ran = slurm.root / "ran"
    backend.bin_dir = other_sbatch(backend, f"touch {ran}")
    with pytest.raises(InvalidSpec, match=words):
        await backend.submit_request(ask(**options))
    with pytest.raises(InvalidSpec, match=words):
        await backend.test_request(ask(**options))
    assert not ran.exists()


async def test_a_refusal_is_in_sbatchs_words_without_noise(slurm, backend, ask):
    with pytest.raises(BackendError) as error:
        await backend.submit_request(ask("echo no program\n"))
    assert str(error.value).startswith("This does not look like a batch script.")
    with pytest.raises(BackendError) as error:
        await backend.submit_request(ask("#!/bin/sh\n#SBATCH -p nowhere\n"))
    assert str(error.value).splitlines() == [
        "invalid partition specified: nowhere", "Invalid partition name specified",
    ]  # fmt: skip
    with pytest.raises(BackendError, match=r"^unrecognized option '--foo'$"):
        await backend.test_request(ask("#!/bin/sh\n#SBATCH --foo\n"))
    with pytest.raises(InvalidSpec, match="no folder /nowhere"):
        await backend.submit_request(ask(folder="/nowhere"))
    with pytest.raises(InvalidSpec, match="null"):
        await backend.submit_request(ask("#!/bin/sh\n\0"))
    assert queue(slurm) == []


async def test_a_trial_says_when_it_would_start_and_submits_nothing(slurm, backend, ask):
    trial = await backend.test_request(ask(nodes=2, time=600))
    assert trial.words.startswith("using 2 processors on nodes n[")
    assert abs(datetime.fromisoformat(trial.starts[:-1] + "+00:00").timestamp()
               - datetime.now(timezone.utc).timestamp()) < 60  # fmt: skip
    await backend.submit_request(ask(partition="gpu", account="ml", gpus=2, time=3600))
    slurm.until("sh", "-c", "squeue -h -t running | grep -q .")
    later = await backend.test_request(ask(partition="gpu", account="ml", gpus=1))
    assert later.starts > now()
    assert len(queue(slurm)) == 1


@pytest.mark.parametrize("then", ["sleep 60", "kill -9 $$", "exit 0", "exit 1"])
async def test_a_lost_answer_leaves_one_job_that_carries_the_tag(slurm, backend, ask, then):
    backend.bin_dir = other_sbatch(backend, f'{backend.bin_dir}/sbatch "$@" > /dev/null\n{then}')
    backend.submit_timeout = 3.0 if then == "sleep 60" else 60.0
    with pytest.raises(BackendTimeout):
        await backend.submit_request(ask())
    assert slurm.run("squeue", "-h", "-O", "Comment:0").split() == [TAG]
    assert [one.tag for one in await backend.jobs() if not one.state.ended] == [TAG]


@pytest.mark.parametrize("words", [
    "Socket timed out on send/recv operation",
    "Zero Bytes were transmitted or received",
    "Unable to contact slurm controller (receive failure)",
])  # fmt: skip
async def test_an_answer_that_the_network_lost_is_no_refusal(slurm, backend, ask, words):
    said = f"sbatch: error: Batch job submission failed: {words}"
    backend.bin_dir = other_sbatch(backend, f"echo '{said}' >&2\nexit 1")
    with pytest.raises(BackendTimeout, match="not known whether"):
        await backend.submit_request(ask())


async def test_a_controller_that_is_away_took_nothing(slurm, backend, ask, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", slurm.hasty())
    slurm.end("slurmctld")
    try:
        with pytest.raises(BackendUnreachable, match="Unable to contact slurm controller"):
            await backend.submit_request(ask())
    finally:
        slurm.start_control()
    assert queue(slurm) == []


async def test_a_controller_that_hangs_leaves_it_open(slurm, backend, ask):
    backend.submit_timeout = 1.0
    os.kill(slurm.daemons["slurmctld"].pid, signal.SIGSTOP)
    try:
        with pytest.raises(BackendTimeout):
            await backend.submit_request(ask())
    finally:
        os.kill(slurm.daemons["slurmctld"].pid, signal.SIGCONT)


async def test_offers_that_hang_leave_nothing_open(tmp_path):
    for name, script in (("scontrol", "sleep 60 & wait"), ("sbatch", f"touch {tmp_path}/asked")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    backend = RemoteSlurmBackend(bin_dir=str(tmp_path), command_timeout=0.3)
    request = JobRequest(
        script="#!/bin/sh\n", tag=TAG, folder=str(tmp_path), name="", options={"nodes": 1}
    )
    for call in (backend.submit_request, backend.test_request):
        with pytest.raises(BackendUnreachable, match="scontrol did not answer"):
            await call(request)
    assert not (tmp_path / "asked").exists()


def test_a_limit_that_slurm_names_is_explained():
    said = "sbatch: error: QOSMaxWallDurationPerJobLimit\n"
    said += "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy\n"
    first, second = str(submit.refusal(Result(1, "", said))).splitlines()
    assert first.endswith("(QOSMaxWallDurationPerJobLimit)")
    assert second == "Job violates accounting/QOS policy"
