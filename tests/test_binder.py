"""The binder folder: what mybinder.org builds from it, checked without Docker."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from jupyter_remote.apps.desktop import RemoteDesktop

ROOT = Path(__file__).parent.parent
BINDER = ROOT / "binder"
BASE_URL = "/user/someone-repository-x1y2/"
TOKEN = "binder-token"


def run(*argv, timeout=60, **options):
    """Run a program; its output is part of the failure."""
    done = subprocess.run(
        argv,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        **options,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def apt_packages():
    lines = (BINDER / "apt.txt").read_text().splitlines()
    return [name for line in lines if (name := line.partition("#")[0].strip())]


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """The repository as a fresh clone has it: nothing installed, nothing built."""
    target = tmp_path_factory.mktemp("clone")
    listing = run("git", "ls-files", "-z", "-co", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def test_repo2docker_takes_the_repository(clone):
    dockerfile = run(sys.executable, "-m", "repo2docker", "--debug", "--no-build", ".", cwd=clone)
    assert re.search(r"^FROM \S*buildpack-deps:\d\d\.04$", dockerfile, re.M)
    assert re.search(r"^RUN \./binder/postBuild$", dockerfile, re.M)
    assert re.search(r'^ENV R2D_ENTRYPOINT=".*/binder/start"$', dockerfile, re.M)
    install = re.search(r"apt-get install .* --no-install-recommends (.*) &&", dockerfile)
    assert install
    assert install[1].split() == sorted(apt_packages())


def test_apt_lines_are_package_names():
    for name in apt_packages():
        assert re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name)


def test_apt_packages_exist():
    if not shutil.which("apt-cache") or not apt_knows(["bash"]):
        pytest.skip("apt has no package lists here: the names in apt.txt stay UNCHECKED")
    assert set(apt_packages()) - apt_knows(apt_packages()) == set()


def apt_knows(names):
    shown = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    return set(re.findall(r"^Package: (\S+)$", shown.stdout, re.M))


def test_start_gives_a_private_runtime_folder():
    shown = run(
        BINDER / "start", "sh", "-c", 'stat -c "%a" "$XDG_RUNTIME_DIR"; rmdir "$XDG_RUNTIME_DIR"'
    )
    assert shown == "700\n"


def test_configuration_sets_traits_that_exist():
    settings = json.loads((BINDER / "jupyter_server_config.json").read_text())
    assert settings.keys() == {"RemoteDesktop"}
    assert settings["RemoteDesktop"].keys() <= set(RemoteDesktop.class_trait_names(config=True))


@pytest.fixture(scope="module")
def image(clone, tmp_path_factory):
    """A virtual environment with what postBuild leaves in the image."""
    venv = tmp_path_factory.mktemp("image")
    run(sys.executable, "-m", "venv", venv)
    wanted = yaml.safe_load((BINDER / "environment.yml").read_text())["dependencies"]
    from_conda = re.compile(r"(python|nodejs|pip)\b")
    run(
        venv / "bin/pip",
        "install",
        "-q",
        "--no-compile",
        *(w for w in wanted if not from_conda.match(w)),
        timeout=300,
    )
    env = os.environ | {
        "NB_PYTHON_PREFIX": str(venv),
        "PIP_NO_COMPILE": "1",
        "PATH": f"{venv}/bin:{os.environ['PATH']}",
        "npm_config_cache": run("npm", "config", "get", "cache").splitlines()[-1],
        "npm_config_prefer_offline": "true",
    }
    listed = run("binder/postBuild", cwd=clone, env=env, timeout=600)
    assert re.search(r"jupyterlab-remote v\S+ .*enabled.*OK", listed)
    assert re.search(r"jupyter_remote.*enabled", listed)
    return venv


@pytest.fixture(scope="module")
def server(clone, image, tmp_path_factory):
    """The server as BinderHub starts it; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    log = (home / "log").open("w+")
    process = subprocess.Popen(
        [
            clone / "binder/start", image / "bin/jupyter", "lab", "--no-browser", "--allow-root",
            f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.base_url={BASE_URL}",
            f"--IdentityProvider.token={TOKEN}", "--ServerApp.allow_origin=*",
        ],
        cwd=clone, stdout=log, stderr=log,
        env={"HOME": str(home), "PATH": f"{image}/bin:/usr/bin:/bin", "TMPDIR": str(home)},
    )  # fmt: skip
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)
        log.seek(0)
        print(log.read())  # noqa: T201  # shown when a test fails
        log.close()


def wait_for(port, process, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return get(port, "api/status")
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", BASE_URL + path, headers={"Authorization": f"token {TOKEN}"})
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_lab_opens(server):
    assert get(server, "lab").status == 200


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_desktop_link_leads_to_lab(server):
    answer = get(server, "jupyter-remote/desktop")
    assert answer.status == 302
    assert answer.headers["Location"].startswith(f"{BASE_URL}lab?")
