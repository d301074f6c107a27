"""Entry points of every flavour, as packages for jupyter-server-proxy write them."""

# mypy: ignore-errors

import functools
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
SERVER = [sys.executable, str(HERE / "sample_server.py")]


def plain():
    return {
        "command": [*SERVER, "--port", "{port}"],
        "environment": {"SAMPLE_BASE": "{base_url}", "SAMPLE_{port}": "{{braces}}"},
        "timeout": 12,
        "new_browser_tab": False,
        "request_headers_override": {"X-Sample": "{base_url}", "Origin": "http://host:{port}"},
        "progressive": True,
        "a_field_of_the_future": 1,
        "launcher_entry": {
            "title": "Plain & simple",
            "icon_path": str(HERE / "sample.svg"),
            "path_info": "plain/start?a=<b>",
            "category": "Notebook",
        },
    }


def minimal():
    return {"command": [*SERVER, "--port={port}"]}


def by_function():
    def command(port):
        return [*SERVER, "--port", str(port)]

    def environment(port, base_url):
        return {"SAMPLE_PORT": f"{port:d}", "SAMPLE_BASE": base_url}

    def headers(base_url, port):
        return {"X-Sample": base_url, "Host": "localhost:%d" % port}  # noqa: UP031

    return {
        "command": command,
        "environment": environment,
        "request_headers_override": headers,
        "launcher_entry": {"icon_path": HERE / "sample.png", "enabled": False},
    }


class Command:
    def __call__(self, base_url, port, nothing="", *, unix_socket, **more):
        assert not more
        return (*SERVER, "--port", str(port), "--base", base_url, f"[{nothing}{unix_socket}]")


def _positional(port, /, base_url):
    return [*SERVER, "--port", port, "--base", base_url]


def _everything(**given):
    return [*SERVER, "--port={port}", *sorted(given)]


def object_with_call():
    return {"command": Command()}


def positional_only():
    return {"command": _positional}


def keywords():
    return {"command": _everything}


def partial():
    return {"command": functools.partial(_positional, base_url="fixed")}


def own_socket():
    def command(unix_socket, port):
        return [*SERVER, "--socket", unix_socket, f"--not-port={port}"]

    return {"command": command, "unix_socket": True, "port": 4000}


def fixed_socket():
    return {"command": [*SERVER, "--socket=/srv/fixed.sock"], "unix_socket": "/srv/fixed.sock"}


def fixed_port():
    return {"command": [*SERVER, "--port=8384", "--id=18384"], "port": 8384}


def absolute():
    return {
        "command": [*SERVER, "--port", "{port}", "--base", "{base_url}absolute"],
        "absolute_url": True,
        "mappath": {"/": "/first", "/old": "/new"},
    }


def hub():
    base = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/") + "hub"
    return {"command": [*SERVER, "--port={port}", "--base", base], "absolute_url": True}


def rooted():
    return {
        "command": [*SERVER, "--port={port}", "--base={base_url}rooted/", "{base_url}rooted-2"],
        "environment": {"SAMPLE_BASE": "{base_url}rooted"},
        "mappath": lambda path: "/index.html?key=1" if path == "/" else path,
        "launcher_entry": {"path_info": "rooted?tkn=1"},
    }


def rewriting():
    def dog_to_cat(response):
        response.headers["I-Like"] = "tacos"
        response.body = response.body.replace(b"dog", b"cat")

    def cats_only(response, path, orig_response, request):
        response.code = 403 if path.startswith("/cat") else response.code
        response.reason = orig_response.body.decode() + request

    return {"command": [*SERVER, "{port}"], "rewrite_response": [dog_to_cat, cats_only]}


def raw():
    return {"command": [*SERVER, "{port}"], "raw_socket_proxy": True}


def elsewhere():
    return {"port": 8765, "launcher_entry": {"title": "Elsewhere", "path_info": "/proxy/1/"}}


def stubborn():
    return {"command": [*SERVER], "port": 8384}


def absent():
    return {
        "command": ["no-such-program-here", "{port}"],
        "launcher_entry": {"icon_path": "/no/such/icon.svg", "path_info": "another/page"},
    }


def absent_function():
    def command(port):
        raise FileNotFoundError("Could not find rserver in PATH")

    return {"command": command}


def none_in_command():
    return {"command": [None, "{port}"]}


def braces():
    return {"command": [*SERVER, "{port}", "function() { return 1 }"]}


def raises():
    raise KeyError("JUPYTERHUB_SERVICE_PREFIX")


def exits():
    sys.exit("no licence")


def nothing():
    return None


def needs(argument):
    return {"command": [argument]}


def wrong_type():
    return {"command": "server --port {port}"}


def wrong_icon():
    entry = {"icon_path": str(HERE / "sample_apps.py"), "title": "Wrong icon"}
    return {"command": [*SERVER, "{port}"], "launcher_entry": entry}
