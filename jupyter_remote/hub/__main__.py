"""``python -m jupyter_remote.hub`` runs the share service; JupyterHub does so."""

from __future__ import annotations

from .service import RemoteShareService

if __name__ == "__main__":
    RemoteShareService.launch_instance()
