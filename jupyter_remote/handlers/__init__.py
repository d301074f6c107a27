"""The whole route table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from .. import proxy
from ..apps.registry import RemoteApps
from ..errors import RemoteError
from ..jobtable import JobTable
from ..model import Json
from ..sessions import RemoteSessions
from . import apps as of_apps
from . import desktop_client, imports, shared, shares
from . import everest as of_everest
from . import jobs as of_jobs
from . import sessions as of_sessions
from .base import BrokenHandler

Route = tuple[str, type, dict[str, Any]]
_ID = r"(?P<session>[a-z2-7]{20})"
_SHARE = "(?P<share>[0-9a-f]{24})"
_IMPORT = "(?P<one>[a-z2-7]{20})"
_JOB = "(?P<backend>[^/]+)/(?P<job>[^/]+)"
_SERVER = "everest/servers/(?P<server>[^/]+)"


def routes(
    *,
    sessions: RemoteSessions,
    apps: RemoteApps,
    targets: proxy.Targets,
    streams: proxy.Streams,
    note: Callable[[str], None],
    expect: Callable[[Mapping[str, Json]], Awaitable[None]],
    client: Any,
    jobs: Any,
    desk: Any,
    sharing: Any,
    everest: Any,
) -> list[Route]:
    """Path (below the server's base URL) -> handler and its collaborators."""
    table = [
        *session_routes({"sessions": sessions}, note, expect),
        *job_routes({"jobs": jobs, "desk": desk, "table": JobTable(jobs)}),
        *share_routes({"sharing": sharing}),
        *everest_routes({"everest": everest}),
        ("apps", of_apps.AppsHandler, {"apps": apps, "client": client}),
        ("programs", of_apps.ProgramsHandler, {}),
        ("backends", of_apps.BackendsHandler, {"sessions": sessions}),
        ("desktop", of_apps.DesktopLinkHandler, {}),
        ("desktop-client/parked", desktop_client.DesktopParkedHandler, {"client": client}),
        ("desktop-client/(?P<path>.*)", desktop_client.DesktopClientHandler, {"client": client}),
        ("api.yaml", of_apps.ApiHandler, {}),
    ]
    ours: list[Route] = [(f"/jupyter-remote/{route[0]}", *route[1:]) for route in table]
    return ours + proxy.routes(targets, streams)


def session_routes(of_session: dict[str, Any], note: Any, expect: Any) -> list[Route]:
    """Those of sessions, and of one."""
    return [
        ("sessions", of_sessions.SessionsHandler, of_session),
        ("sessions/expected", of_sessions.SessionExpectedHandler, {"expect": expect}),
        (f"sessions/{_ID}", of_sessions.SessionHandler, of_session),
        (f"sessions/{_ID}/log", of_sessions.SessionLogHandler, of_session),
        (f"sessions/{_ID}/activity", of_sessions.SessionActivityHandler, {"note": note}),
    ]


def job_routes(of_job: dict[str, Any]) -> list[Route]:
    """Those of all jobs, and of one."""
    return [
        ("jobs", of_jobs.JobsHandler, of_job),
        ("jobs/look", of_jobs.JobsLookHandler, of_job),
        ("jobs/test", of_jobs.JobsTestHandler, of_job),
        ("jobs/ended", of_jobs.JobsEndedHandler, of_job),
        ("jobs/everybody", of_jobs.JobsEverybodyHandler, of_job),
        (f"jobs/{_JOB}", of_jobs.JobHandler, of_job),
        (f"jobs/{_JOB}/log", of_jobs.JobLogHandler, of_job),
        (f"jobs/{_JOB}/tasks", of_jobs.JobTasksHandler, of_job),
        (f"jobs/{_JOB}/(?P<action>hold|release|requeue|delete)", of_jobs.JobActionHandler, of_job),
        ("backends/(?P<backend>[^/]+)/offers", of_jobs.OffersHandler, of_job),
    ]


def everest_routes(of_server: dict[str, Any]) -> list[Route]:
    """Accounts on Everest servers, their applications, files in and out."""
    one = of_everest.EverestTransferHandler
    return [
        ("everest/servers", of_everest.EverestServersHandler, of_server),
        (_SERVER, of_everest.EverestServerHandler, of_server),
        (f"{_SERVER}/apps", of_everest.EverestAppsHandler, of_server),
        (f"{_SERVER}/apps/(?P<app>.+)", of_everest.EverestAppHandler, of_server),
        (f"{_SERVER}/files", of_everest.EverestFilesHandler, of_server),
        (f"{_SERVER}/sweeps", of_everest.EverestSweepsHandler, of_server),
        (f"{_SERVER}/jobs/(?P<job>[^/]+)/tasks", of_everest.EverestTasksHandler, of_server),
        (f"{_SERVER}/jobs/(?P<job>[^/]+)/outputs", of_everest.EverestOutputsHandler, of_server),
        ("everest/transfers/(?P<transfer>[0-9a-f]+)", one, of_server),
    ]


def share_routes(of_share: dict[str, Any]) -> list[Route]:
    """Those of what is shared and received; ``shared/`` is open to who has a link."""
    link = "shared/(?P<token>[^/]+)"
    return [
        ("shares", shares.SharesHandler, of_share),
        (f"shares/{_SHARE}", shares.ShareHandler, of_share),
        (f"shares/{_SHARE}/update", shares.ShareUpdateHandler, of_share),
        (f"shares/{_SHARE}/bundle", shares.ShareBundleHandler, of_share),
        ("bundles", shares.BundlesHandler, of_share),
        ("imports", imports.ImportsHandler, of_share),
        ("imports/look", imports.ImportsLookHandler, of_share),
        ("imports/told", imports.ImportsToldHandler, of_share),
        ("imports/upload", imports.ImportsUploadHandler, of_share),
        (f"imports/{_IMPORT}", imports.ImportHandler, of_share),
        (f"imports/{_IMPORT}/newer", imports.ImportNewerHandler, of_share),
        (f"imports/{_IMPORT}/difference", imports.ImportDifferenceHandler, of_share),
        (f"shares/{_SHARE}/open", shared.SharedOpenHandler, of_share),
        (link, shared.SharedPageHandler, of_share),
        (f"{link}/about", shared.SharedAboutHandler, of_share),
        (f"{link}/notebook", shared.SharedNotebookHandler, of_share),
        (f"{link}/preview", shared.SharedPreviewHandler, of_share),
        (f"{link}/bundle", shared.SharedBundleHandler, of_share),
        ("shared/(?P<rest>.*)", shared.SharedNothingHandler, of_share),
    ]


def broken_routes(error: RemoteError) -> list[Route]:
    """Every request is answered with what keeps the extension from working."""
    return [("/jupyter-remote/.*", BrokenHandler, {"error": error})]
