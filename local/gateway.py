"""The gateway: one address for every HTTP function, the simulated Safaricom and the pages of this runtime.

It stands where the load balancer stands in the cloud: functions see the full path, and what a framework would
answer in HTML (an encoded newline, a doubled slash, a crash) leaves as a problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from local import web
from local.feed import Feed
from local.functions import Functions
from shared.core import logs
from shared.core.ids import Ids
from shared.health import PATHS as HEALTH

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Page = Callable[[], Response]
ANSWERS_HEALTH = "mpesa_callback"
"""Whom the load balancer asks: this function is always kept warm, and no other matters more."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Gateway:
    """A WSGI app.

    Args:
        functions: found by the path prefixes of infra/functions.json.
        pages: exact path -> page, shown only to a browser on this machine.
        mounts: path prefix -> WSGI app that is called with the rest of the path.
        feed: counts calls and failures.
        hosts: further names under which ``pages`` may be shown.
    """

    def __init__(
        self,
        functions: Functions,
        pages: Mapping[str, Page],
        mounts: Mapping[str, WSGIApplication],
        *,
        feed: Feed,
        ids: Ids,
        hosts: Iterable[str] = (),
    ) -> None:
        self._functions, self._pages, self._mounts = functions, pages, mounts
        self._feed, self._ids = feed, ids
        self._hosts = _LOOPBACK | frozenset(hosts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO") or "/"
        environ["PATH_INFO"] = path
        try:
            return self._answer(path, environ)(environ, start_response)
        except Exception:  # noqa: BLE001 - the edge: logged with its stack, answered as a problem
            logs.error("the gateway stumbled", exc_info=True)
            return self._problem(500, "internal", "Something went wrong")(environ, start_response)

    def _answer(self, path: str, environ: WSGIEnvironment) -> WSGIApplication:
        if _CONTROL.search(path):
            return self._problem(400, "path_invalid", "the path contains control characters")
        if path in self._pages or path.startswith("/assets/"):
            return self._page(path, Request(environ))
        for prefix, mounted in self._mounts.items():
            if path == prefix or path.startswith(prefix + "/"):
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
                environ["PATH_INFO"] = path[len(prefix) :] or "/"
                return mounted
        if path in HEALTH:
            return self._call(ANSWERS_HEALTH, environ)
        function = self._functions.by_path(path)
        if function is None:
            return self._problem(404, "not_found", "there is no such address")
        return self._call(function.name, environ)

    def _page(self, path: str, request: Request) -> WSGIApplication:
        if request.method not in ("GET", "HEAD"):
            return self._problem(405, "method_not_allowed", "use GET here")
        # another web site may point a name of its own at this machine to read the page (DNS rebinding)
        if (urlsplit(f"//{request.host}").hostname or "") not in self._hosts:
            return self._problem(421, "host_unknown", "this page is shown on this machine only")
        if path.startswith("/assets/"):
            found = web.asset(path.removeprefix("/assets/"))
            return found or self._problem(404, "not_found", "there is no such file")
        return self._pages[path]()

    def _call(self, name: str, environ: WSGIEnvironment) -> WSGIApplication:
        try:
            app = self._functions.app(name)
        except Exception:  # noqa: BLE001 - a function that does not load must not take the others down
            logs.error("a function could not be loaded", exc_info=True, function=name)
            self._feed.count(name, failed=True)
            return self._problem(503, "function_unavailable", f"the function {name} cannot be loaded")
        body, status_line, headers = run_wsgi_app(app, environ, buffered=True)
        status = int(status_line.split(" ", 1)[0])
        self._feed.count(name, failed=status >= 500)
        ours = "X-Request-Id" in headers  # a page of a function, not the framework's own words
        if status >= 300 and not ours and headers.get("Content-Type", "").startswith("text/html"):
            return self._unframed(status)
        return Response(body, status, headers)

    def _unframed(self, status: int) -> Response:
        """Our words for what the framework answered before or after the function ran."""
        if status >= 500:
            return self._problem(500, "internal", "Something went wrong")
        if status < 400:  # a redirect to the spelling it likes better
            return self._problem(404, "not_found", "there is no such address")
        return self._problem(status, "not_found" if status == 404 else "request_refused", "not possible here")

    def _problem(self, status: int, code: str, detail: str) -> Response:
        return web.problem(status, code, detail, self._ids.new("req"))


def mounts_of(**apps: Any) -> dict[str, WSGIApplication]:
    """``mounts_of(safaricom=app)`` puts it under ``/safaricom``; None is left out."""
    return {f"/{name}": app for name, app in apps.items() if app is not None}
