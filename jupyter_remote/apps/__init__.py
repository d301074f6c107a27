"""What can run: the App protocol, and the registry of all apps found on this machine."""

from __future__ import annotations

from .base import App, AppInfo, Upstream
from .command import CommandApp
from .registry import RemoteApps

__all__ = ["App", "AppInfo", "CommandApp", "RemoteApps", "Upstream"]
