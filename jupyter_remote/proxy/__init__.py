"""The data path: browser <-> ``/jupyter-remote/s/<id>/...`` <-> the unix socket of an app.

``contract``
    what this package needs from the rest: ``Targets``, ``Target``, ``Limits``
``handler``, ``guard``
    the one route: who may ask, and what happens then
``origin``
    the rule against requests that other web sites make in the user's name
``headers``
    what of a request the app may see, and of its answer the browser
``http``
    dialling, and requests and answers as streams
``rewrite``
    answers that an app's description wants to change
``join``
    websockets: two sockets joined after the handshake
``splice``
    the list of all open streams
"""

from .contract import Limits, Target, Targets
from .handler import ProxyHandler, routes
from .splice import Streams

__all__ = ["Limits", "ProxyHandler", "Streams", "Target", "Targets", "routes"]
