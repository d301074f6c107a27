"""Whether anything happened to a user's jobs, without a list of them."""

from __future__ import annotations

import pytest

from jupyter_remote.backends.slurm import RemoteSlurmBackend, diag, pulse
from jupyter_remote.model import Job, State

from . import slurm_tree
from .conftest import until

BOTH_SLURMS = True
USER = "nobody"


@pytest.fixture
def backend(slurm, monkeypatch):
    """As nobody; its jobs are observed."""
    monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
    monkeypatch.setenv("PATH", slurm.env["PATH"])
    monkeypatch.setenv("JR_USER", "65534:65534")  # as which the newer one's commands run
    backend = RemoteSlurmBackend(queue_interval=0.0)
    backend.user = USER
    if not isinstance(slurm, slurm_tree.TreeSlurm):
        backend.bin_dir = slurm.bin_dir(USER)
    yield backend
    slurm.clear()


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """The Slurm of a test makes lists quickly, and is asked more often than in life."""
    monkeypatch.setattr(pulse, "ONE", 0.0)
    monkeypatch.setattr(pulse, "PAUSE", 0.0)


async def settled(backend, thorough=False):
    """Observed, and asked until nothing is new: each kind of question is known then."""
    await backend.jobs()
    for _ in range(2):
        await until(lambda: still(backend, thorough))


async def still(backend, thorough=False):
    return await backend.stirred(thorough) is False


async def others_come_and_go(slurm, backend):
    """A job of somebody else comes and goes; whether that is news of ours."""
    slurm.run("scancel", slurm.sbatch("true", "--hold"))
    return await backend.stirred(False)


async def learnt(slurm, backend):
    """Until it is known what each question of ours needs."""
    await settled(backend)
    await until(lambda: quiet(slurm, backend))


async def soon(asked):
    """Now or the next time: the controller counts a message after it has answered it."""
    return await asked() or await asked()


async def quiet(slurm, backend):
    for _ in range(3):
        if await others_come_and_go(slurm, backend):
            await backend.jobs()
            return False
    return True


@pytest.mark.parametrize("count", [0, 1, pulse.FEW])
async def test_what_happens_to_others_is_no_news(slurm, backend, count):
    for _ in range(count):
        slurm.sbatch("true", "--hold", user=USER)
    await settled(backend)

    async def no_list():
        before = diag.figures(slurm.run("sdiag"))
        known = await quiet(slurm, backend)
        return known and diag.number(diag.figures(slurm.run("sdiag")), before) == 0

    await until(no_list)


async def test_with_many_jobs_whatever_happens_may_be_news(slurm, backend):
    for _ in range(pulse.FEW + 1):
        slurm.sbatch("true", "--hold", user=USER)
    await settled(backend)
    assert await others_come_and_go(slurm, backend)
    await settled(backend)
    assert await backend.stirred(True) is None


async def test_whatever_happens_to_one_s_own_is_news(slurm, backend):
    """Whoever did it: root, and nobody's own messages are not counted then."""
    job = slurm.sbatch("sleep 600", "--hold", user=USER)
    array = slurm.sbatch("true", "--hold", "--array=0-99", user=USER)
    await learnt(slurm, backend)

    async def starts():
        return "RUNNING" in slurm.run("squeue", "-h", "-j", job, "-o", "%T")

    acts = [["update", f"jobid={job}", "timelimit=9"], ["release", job], ["suspend", job]]
    acts += [["resume", job], ["requeuehold", job], ["update", f"jobid={array}", "timelimit=8"]]
    for act in acts:
        if act[0] == "suspend":
            await until(starts)
            await learnt(slurm, backend)
        slurm.run("scontrol", *act)
        assert await backend.stirred(False), act
        await learnt(slurm, backend)
    slurm.run("scancel", f"{array}_7", job)
    assert await backend.stirred(False), "cancelled"


async def test_a_job_that_one_submits_elsewhere_is_news(slurm, backend):
    slurm.sbatch("true", "--hold", user=USER)
    await learnt(slurm, backend)
    for _ in range(3):
        slurm.sbatch("true", "--hold", user=USER)
        assert await soon(lambda: others_come_and_go(slurm, backend))
        await learnt(slurm, backend)


async def test_commands_of_our_own_are_no_news_and_hide_none(slurm, backend):
    slurm.sbatch("true", "--hold", user=USER)
    await learnt(slurm, backend)
    backend.offers_interval = backend.free_interval = 0.0

    async def beside():
        await backend.offers()
        return await others_come_and_go(slurm, backend)

    async def known():
        return not await beside() and not await beside()

    await until(known)
    slurm.sbatch("true", "--hold", user=USER)
    assert await soon(beside)


async def test_where_a_list_is_cheaper_it_is_asked_for(slurm, backend, monkeypatch):
    slurm.sbatch("true", "--hold", user=USER)
    await learnt(slurm, backend)
    monkeypatch.setattr(pulse, "ONE", 1e9)
    backend._diag.served = 0.001
    assert await others_come_and_go(slurm, backend)
    assert await backend.stirred(True) is None


FAULTS = {
    "missing": "",
    "fails": "#!/bin/sh\nexit 1\n",
    "says nothing": "#!/bin/sh\necho 'scontrol: show job 1'\nprintf 'scontrol: '\n",
    "hangs": "#!/bin/sh\nexec sleep 600\n",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_scontrol_that_shows_nothing_hides_nothing(
    slurm, backend, tmp_path, monkeypatch, fault
):
    slurm.sbatch("true", "--hold", user=USER)
    await learnt(slurm, backend)
    real = backend.bin_dir or slurm.env["PATH"].partition(":")[0]
    (tmp_path / "sdiag").symlink_to(f"{real}/sdiag")
    if text := FAULTS[fault]:
        (tmp_path / "scontrol").write_text(text)
        (tmp_path / "scontrol").chmod(0o755)
    backend.bin_dir = str(tmp_path)
    monkeypatch.setattr(pulse, "PATIENCE", 0.3)
    for _ in range(3):
        assert await others_come_and_go(slurm, backend)


async def test_a_job_that_is_gone_is_news(slurm, backend):
    job = slurm.sbatch("true", "--hold", user=USER)
    await settled(backend)
    slurm.run("scontrol", "update", f"jobid={job}", "name=my scontrol: show")
    assert await backend.stirred(False)  # which says no more how many there are
    backend._list.jobs = {
        "987654": Job(job_id="987654", backend="slurm", name="a", state=State.RUNNING)
    }
    assert await backend.stirred(True)
    assert await backend.stirred(True)


async def test_a_thorough_look_sees_what_is_not_counted(slurm, backend, tmp_path):
    """Here by what scontrol prints, as nothing on a Slurm of a test does that by itself."""
    slurm.sbatch("true", "--hold", user=USER)
    await settled(backend, thorough=True)
    assert await backend.stirred(True) is False
    folder, real = tmp_path, backend.bin_dir or slurm.env["PATH"].partition(":")[0]
    for name in ("squeue", "sdiag"):
        (folder / name).symlink_to(f"{real}/{name}")
    changed = folder / "scontrol"
    changed.write_text(f'#!/bin/sh\n{real}/scontrol "$@" | sed s/JobHeldUser/Priority/\n')
    changed.chmod(0o755)
    backend.bin_dir = str(folder)
    assert await backend.stirred(False) is False
    assert await backend.stirred(True)
    assert await backend.stirred(True) is False


async def test_a_controller_that_does_not_say_is_asked_for_lists(slurm, backend, tmp_path):
    await settled(backend)
    refusing = tmp_path / "sdiag"
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    backend.bin_dir = str(tmp_path)
    assert await backend.stirred(False) is None
    assert await backend.stirred(True) is None
