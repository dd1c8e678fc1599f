"""What Google's clients raise, over REST and gRPC alike, in the words of ``Outcome``.

Only an adapter that has imported a client may ask: its packages are loaded by then.
"""

from __future__ import annotations

from shared.receipts.engines.tried import Outcome, ReaderFailed

_TIMES = (408, 504)
_OURS = (400, 404, 413, 422)
"""Said of one request; 401 and 403 are said of all of ours, so the breaker counts them."""


def explained(error: Exception) -> ReaderFailed:
    """Why a call failed: time-out, connection, status, or an answer that is none."""
    import requests
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError

    name = type(error).__name__
    if isinstance(error, ReaderFailed):
        return error
    if isinstance(error, GoogleAPICallError):
        return _by_status(int(error.code or 0), name)
    if isinstance(error, requests.Timeout):
        return ReaderFailed(Outcome.TIMED_OUT, name)
    garbled = (ValueError, requests.exceptions.ContentDecodingError)
    if isinstance(error, requests.RequestException) and not isinstance(error, garbled):
        return ReaderFailed(Outcome.UNREACHABLE, name)
    if isinstance(error, GoogleAuthError):
        return ReaderFailed(Outcome.REFUSED, name, ill=True)
    return ReaderFailed(Outcome.GARBLED, name)


def _by_status(status: int, name: str) -> ReaderFailed:
    if status in _TIMES:
        return ReaderFailed(Outcome.TIMED_OUT, name)
    if status == 429:
        return ReaderFailed(Outcome.THROTTLED, name)
    if 400 <= status < 500:
        return ReaderFailed(Outcome.REFUSED, name, ill=status not in _OURS)
    return ReaderFailed(Outcome.FAILED, name)
