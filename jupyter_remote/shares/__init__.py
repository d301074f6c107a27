"""Share links: a copy of a notebook for whoever holds the link, until it ends.

``notebook``, ``page``, ``tokens``, ``bundle`` and ``model`` serve both modes: the user's own
server (local mode) and the service of a hub (hub mode).
"""
