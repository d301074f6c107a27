"""JupyterLab as the front of everything a scientist computes on."""

from __future__ import annotations

from typing import Any

from ._version import __version__

__all__ = ["__version__"]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server what to load."""
    from .app import RemoteApp

    return [{"module": "jupyter_remote.app", "app": RemoteApp}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where the prebuilt front end is (development installs)."""
    return [{"src": "labextension", "dest": "jupyterlab-remote"}]
