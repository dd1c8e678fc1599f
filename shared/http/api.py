"""Routes: a typed registry per function, and the one way from a request to an answer."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from flask import Request, Response
from pydantic import BaseModel

from shared.core import context, logs, measures
from shared.core.clock import Stopwatch
from shared.core.context import Context, Headers
from shared.core.errors import Forbidden, HesabuError, Invalid, NotFound, TooLarge
from shared.http.auth import Actor
from shared.http.models import ListView, View, read_args, read_body
from shared.http.problems import problem
from shared.ports import HasIds, HasTokens
from shared.store import Once

JSON_LIMIT = 1 << 20
KEY_DAYS = 30
"""How long an Idempotency-Key is remembered: longer than anybody tries again, not for ever."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class HasEdge(HasIds, HasTokens, Protocol):
    """What serving any route needs."""


P = TypeVar("P", bound=HasEdge)
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class Call(Generic[P]):
    """One request on its way through a handler."""

    ports: P
    actor: Actor
    request_id: str
    path: Mapping[str, str]
    raw: bytes
    headers: Headers
    once: Once | None = None
    args: Any = None

    @property
    def business(self) -> str:
        """The caller's business, from the token."""
        return self.actor.business

    @property
    def key(self) -> Once:
        """The idempotency key, for handlers that make its record themselves; raises Invalid without one."""
        if self.once is None:
            raise Invalid("idempotency_key_required", "send an Idempotency-Key header")
        return self.once


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is not a plain view: another status, headers, or bytes."""

    body: BaseModel | bytes | None
    status: int = 200
    mimetype: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """One operation as declared."""

    method: str
    path: str
    handler: Callable[..., Any]
    roles: frozenset[str]
    summary: str
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    returns: type[BaseModel] | None
    lists: type[View] | None
    status: int
    idempotent: bool
    limit: int
    consumes: str

    @property
    def answer(self) -> type[BaseModel] | None:
        """The model of the answer; a page type is made here, because making one costs a cold start."""
        return ListView[self.lists] if self.lists is not None else self.returns  # type: ignore[name-defined]

    @property
    def public(self) -> bool:
        return not self.roles

    @property
    def description(self) -> str:
        """What the handler's docstring says to API users."""
        return inspect.getdoc(self.handler) or ""

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]{1,200})", self.path))


class Api(Generic[P]):
    """The routes of one function."""

    def __init__(self, name: str, title: str) -> None:
        self.name = name
        self.title = title
        self.routes: list[Route] = []
        self._patterns: list[tuple[re.Pattern[str], Route]] = []

    def beside(self, other: Api[Any]) -> Api[Any]:
        """The routes of both, served by the function of this one; neither is changed."""
        both: Api[Any] = Api(self.name, self.title)
        both.routes = [*self.routes, *other.routes]
        both._patterns = [*self._patterns, *other._patterns]
        return both

    def route(
        self,
        method: str,
        path: str,
        *,
        roles: frozenset[str],
        summary: str,
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        returns: type[BaseModel] | None = None,
        lists: type[View] | None = None,
        status: int = 200,
        idempotent: bool = False,
        limit: int = JSON_LIMIT,
        consumes: str = "application/json",
    ) -> Callable[[F], F]:
        """Declare an operation: empty ``roles`` need no token, ``idempotent`` needs ``Idempotency-Key``.

        ``lists`` names the model of the items of a paged answer, ``returns`` that of any other.
        """

        def register(handler: F) -> F:
            route = Route(
                method=method,
                path=path,
                handler=handler,
                roles=roles,
                summary=summary,
                body=body,
                query=query,
                returns=returns,
                lists=lists,
                status=status,
                idempotent=idempotent,
                limit=limit,
                consumes=consumes,
            )
            self.routes.append(route)
            self._patterns.append((route.pattern, route))
            return handler

        return register

    def get(self, path: str, **declared: Any) -> Callable[[F], F]:
        return self.route("GET", path, **declared)

    def post(self, path: str, **declared: Any) -> Callable[[F], F]:
        return self.route("POST", path, **declared)

    def patch(self, path: str, **declared: Any) -> Callable[[F], F]:
        return self.route("PATCH", path, **declared)

    def delete(self, path: str, **declared: Any) -> Callable[[F], F]:
        return self.route("DELETE", path, **declared)

    def serve(self, ports: P, request: Request) -> Response:
        """Answer one request; every failure becomes a problem, no exception leaves."""
        request_id = context.usable(request.headers.get("X-Request-Id")) or ports.ids.new("req")
        work = Context(self.name, request_id, trace=context.trace_of(request.headers))
        with context.entered(work):
            watch, step = Stopwatch(), "unknown"
            try:
                route, path = self._find(request.method, request.path)
                step = f"{route.method} {route.path}"
                response = self._answer(ports, request, route, path)
            except HesabuError as error:
                work.notes |= {"code": error.code, **({"why": error.message} if error.status >= 500 else {})}
                response = problem(error, work.request_id, request.path)
                if isinstance(error, _MethodNotAllowed):
                    response.headers["Allow"] = ", ".join(error.allowed)
            except Exception:  # noqa: BLE001 - the edge: logged with its stack, answered in our form
                logs.error("request crashed", exc_info=True, step=step)
                response = problem(HesabuError(code="internal"), work.request_id, request.path)
            self._close(step, response.status_code, watch)
        response.headers["X-Request-Id"] = work.request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _close(self, step: str, status: int, watch: Stopwatch) -> None:
        """One line and one measurement for every request, however it ended."""
        outcome = f"{status // 100}xx"
        measures.HTTP_REQUESTS.add(function=self.name, route=step, status=outcome)
        measures.HTTP_SECONDS.observe(watch.seconds, function=self.name, route=step)
        told = {"step": step, "outcome": outcome, "status": status, "duration_ms": watch.milliseconds}
        tell = logs.warn if status >= 500 else logs.info
        tell("request answered", **{**context.current().notes, **told})

    def _answer(self, ports: P, request: Request, route: Route, path: dict[str, str]) -> Response:
        actor = Actor("", "", "")
        if not route.public:
            actor = ports.tokens.verify(request.headers.get("Authorization"))
            context.belongs_to(actor.business)
            if actor.role not in route.roles:
                raise Forbidden(f"the role '{actor.role}' may not do this")
        if route.body is not None:
            _check_type(request.mimetype)
        raw = _read(request, route.limit)
        call = Call(ports, actor, context.current().request_id, path, raw, request.headers)
        call.once = _once(route, request, actor, raw)
        if route.query is not None:
            call.args = read_args(route.query, request.args.to_dict())
        given = [read_body(route.body, raw)] if route.body is not None else []
        return _respond(route, call, route.handler(call, *given))

    def _find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        allowed: set[str] = set()
        for pattern, route in self._patterns:
            if match := pattern.fullmatch(path):
                if route.method == method or (method == "HEAD" and route.method == "GET"):
                    return route, match.groupdict()
                allowed |= {"GET", "HEAD"} if route.method == "GET" else {route.method}
        if allowed:
            raise _MethodNotAllowed(sorted(allowed))
        raise NotFound("there is no such address")


class _MethodNotAllowed(HesabuError):
    code = "method_not_allowed"
    status = 405
    title = "Method not allowed"

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"use {' or '.join(allowed)} here")
        self.allowed = allowed


class _NotJson(HesabuError):
    code = "unsupported_media_type"
    status = 415
    title = "Send JSON"


def _check_type(mimetype: str) -> None:
    """A form or XML is refused for what it is, not as broken JSON; a body without a type is taken as JSON."""
    if mimetype not in ("", "application/json") and not mimetype.endswith("+json"):
        raise _NotJson("send JSON, with the header Content-Type: application/json")


def _read(request: Request, limit: int) -> bytes:
    if (request.content_length or 0) > limit:
        raise TooLarge(f"the body has more than {limit} bytes", code="body_too_large")
    raw = request.stream.read(limit + 1) if request.content_length is None else request.get_data()
    if len(raw) > limit:
        raise TooLarge(f"the body has more than {limit} bytes", code="body_too_large")
    return raw


def _once(route: Route, request: Request, actor: Actor, raw: bytes) -> Once | None:
    """The idempotency key of a call, scoped to business and route; the fingerprint covers path and body."""
    if not route.idempotent:
        return None
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise Invalid("idempotency_key_required", "send an Idempotency-Key header of 1 to 255 characters")
    fingerprint = hashlib.sha256(request.path.encode() + b"\0" + raw).hexdigest()
    return Once(f"http|{actor.business}|{route.method} {route.path}|{key}", fingerprint, days=KEY_DAYS)


def _respond(route: Route, call: Call[Any], answer: Any) -> Response:
    reply = answer if isinstance(answer, Reply) else Reply(answer, route.status)
    body = reply.body
    if isinstance(body, BaseModel):
        body = body.model_dump_json().encode()
    response = Response(body or b"", reply.status, mimetype=reply.mimetype)
    for name, value in reply.headers.items():
        response.headers[name] = value
    if call.once is not None and call.once.replayed:
        response.headers["Idempotent-Replayed"] = "true"
        context.note(replayed=True)
    return response
