"""Answers within a time and a size in all: ``requests`` itself bounds only the time between two packets."""

from __future__ import annotations

from typing import Any

from shared.core.clock import Stopwatch

_CHUNK = 65_536


def bound(session: Any, seconds: float, most: int) -> None:
    """Let every call of a ``requests`` session end after ``seconds`` in all, and over ``most`` bytes.

    A call that goes over raises requests.Timeout or requests.exceptions.ContentDecodingError. Asking for the
    same bounds again keeps the session's open connections.
    """
    if getattr(session.adapters.get("https://"), "bounds", None) == (seconds, most):
        return
    adapter = _adapter(seconds, most)
    session.mount("https://", adapter)
    session.mount("http://", adapter)


def _adapter(seconds: float, most: int) -> Any:
    from requests.adapters import HTTPAdapter

    class Bounded(HTTPAdapter):
        bounds = (seconds, most)

        def send(self, request: Any, **how: Any) -> Any:  # type: ignore[override]
            watch = Stopwatch()
            response = super().send(request, **{**how, "stream": True})
            # where requests keeps a body that was read; a caller that streams finds it whole
            response._content = _body(response, watch, seconds, most)
            response._content_consumed = True  # type: ignore[attr-defined]
            return response

    return Bounded()


def _body(response: Any, watch: Stopwatch, seconds: float, most: int) -> bytes:
    """The whole body, decoded; the connection is given up when it is not whole in time."""
    import requests
    import urllib3

    body = bytearray()
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > most:
                raise requests.exceptions.ContentDecodingError(f"the answer is over {most} bytes")
            if watch.seconds > seconds:
                raise requests.ReadTimeout(f"the answer took over {seconds} seconds")
    except requests.RequestException:  # ours; some of them are urllib3's by descent
        raise
    except urllib3.exceptions.ReadTimeoutError as silent:
        raise requests.ReadTimeout(silent) from silent
    except urllib3.exceptions.DecodeError as garbled:
        raise requests.exceptions.ContentDecodingError(garbled) from garbled
    except urllib3.exceptions.HTTPError as cut:
        raise requests.exceptions.ChunkedEncodingError(cut) from cut
    finally:
        response.close()
    return bytes(body)
