"""Where the embedded system takes uploads: ``PUT /uploads/{name}`` at an address that was signed for it.

It answers what Cloud Storage would answer to its own signed addresses, browsers of other web sites included:
the address is the permission, no cookie and no token is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from local import web
from shared.blobs import Blobs
from shared.blobs.signed import FIELDS, Upload, UploadSigner
from shared.core import logs
from shared.core.errors import AlreadyExists, Forbidden, HesabuError, Invalid, TooLarge
from shared.core.ids import Ids

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_CHUNK = 1 << 16
_PREFLIGHT_SECONDS = "3600"


class _Other(HesabuError):
    """A refusal that functions never give."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail, code=code)
        self.status = status


class Uploads:
    """A WSGI app mounted at ``/uploads``.

    Args:
        blobs: where files are stored; its watcher announces them.
        signer: the one that made the addresses.
        ids: where request ids come from.
    """

    def __init__(self, blobs: Blobs, signer: UploadSigner, ids: Ids) -> None:
        self._blobs, self._signer, self._ids = blobs, signer, ids

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._answer(request)
        except HesabuError as error:
            logs.info("an upload was refused", code=error.code, why=error.message)
            response = web.problem(error.status, error.code, error.message, self._ids.new("req"))
            if error.status == 405:
                response.headers["Allow"] = "OPTIONS, PUT"
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return _preflight()
        if request.method != "PUT":
            raise _Other(405, "method_not_allowed", "use PUT here")
        upload = self._checked(request)
        content = _read(request, upload.limit)
        try:
            blob = self._blobs.put(upload.name, content, only_if_absent=True)
        except AlreadyExists:
            raise _Other(412, "already_exists", "this address was used: the file is there") from None
        return Response(status=200, headers={"X-Goog-Generation": blob.generation})

    def _checked(self, request: Request) -> Upload:
        given = request.args.to_dict(flat=False)
        if set(given) != set(FIELDS) or any(len(values) != 1 for values in given.values()):
            raise Forbidden("this is not an address that was given out", code="upload_signature_invalid")
        upload = self._signer.check(_name(request), {field: values[0] for field, values in given.items()})
        if request.headers.get("Content-Type", "") != upload.content_type:
            raise _Other(415, "upload_type_mismatch", f"send the header Content-Type: {upload.content_type}")
        if request.headers.get("Content-Encoding"):
            raise _Other(415, "upload_encoded", "send the file as it is, without Content-Encoding")
        return upload


def _name(request: Request) -> str:
    """The rest of the path as it was sent; ``request.path`` would mend doubled slashes."""
    path: str = request.environ["PATH_INFO"]
    return path.removeprefix("/").encode("latin-1").decode("utf-8", "replace")


def _read(request: Request, limit: int) -> bytes:
    """The body, read no further than the limit; raises TooLarge, Invalid ``upload_empty``."""
    if (request.content_length or 0) > limit:
        raise TooLarge(f"the file has more than {limit} bytes", code="body_too_large")
    parts: list[bytes] = []
    left = limit + 1
    while left > 0 and (part := request.stream.read(min(left, _CHUNK))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise TooLarge(f"the file has more than {limit} bytes", code="body_too_large")
    if not parts:
        raise Invalid("upload_empty", "there is no file in this request")
    return b"".join(parts)


def _preflight() -> Response:
    """What a browser asks before it sends a file from another web site."""
    return Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": "PUT",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
        },
    )
