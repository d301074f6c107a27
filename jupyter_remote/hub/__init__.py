"""For administrators of a JupyterHub: the share service, and its configuration in two lines.

from jupyter_remote.hub import add_share_service
add_share_service(c)
"""

from .configure import add_share_service

__all__ = ["add_share_service"]
