"""The error family: every failure says whether trying again can help, and carries a stable code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: a JSON pointer such as ``/amount`` and what is wrong with it."""

    pointer: str
    detail: str


class HesabuError(Exception):
    """Something Hesabu knows how to explain; ``status`` is the HTTP answer it maps to."""

    code = "error"
    status = 500
    title = "Something went wrong"

    def __init__(
        self, message: str = "", *, code: str | None = None, errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(message or self.title)
        self.message = message or self.title
        self.errors = tuple(errors)
        if code is not None:
            self.code = code


class Retryable(HesabuError):
    """The same work may succeed later: answered 5xx, so that it is delivered again."""

    code = "try_again"
    status = 503
    title = "Try again later"


class Permanent(HesabuError):
    """The same work will fail again: recorded as a dead letter and acknowledged."""

    code = "permanent"
    status = 422
    title = "This cannot be processed"


class Invalid(Permanent):
    """The input breaks a rule. ``Invalid("amount_invalid", "whole shillings only", [FieldError(...)])``."""

    title = "The request is not valid"

    def __init__(self, code: str, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message, code=code, errors=errors)


class NotFound(Permanent):
    """There is no such thing in this business (another business's things do not exist either)."""

    code = "not_found"
    status = 404
    title = "Not found"


class Unauthorized(Permanent):
    """Who is calling is not proven."""

    code = "unauthorized"
    status = 401
    title = "Sign in first"


class Forbidden(Permanent):
    """The caller is known, and may not do this."""

    code = "forbidden"
    status = 403
    title = "Your role does not allow this"


class Refused(Permanent):
    """The request is well formed and contradicts the state of the books (409)."""

    code = "refused"
    status = 409
    title = "The current state does not allow this"


class RateLimited(Permanent):
    """Too many requests for one key, phone or business."""

    code = "rate_limited"
    status = 429
    title = "Too many requests"


# --- what a store may raise; no driver error ever leaves an adapter (reference: DESIGN 5, Errors)
class AlreadyExists(Refused):
    """A document with this id exists already."""

    code = "already_exists"
    title = "This already exists"


class Conflict(Retryable):
    """Someone else changed a document that was read; the transaction is run again."""

    code = "conflict"


class Contended(Retryable):
    """The deadline passed while others kept changing the same documents."""

    code = "contended"


class UnknownOutcome(Retryable):
    """The commit was sent and its answer was lost: it may or may not have been applied."""

    code = "unknown_outcome"


class Unavailable(Retryable):
    """The store, bus or bucket cannot be reached."""

    code = "unavailable"


class TooLarge(Permanent):
    """A document or request is over its limit."""

    code = "too_large"
    status = 413
    title = "Too large"


class InvalidQuery(Permanent):
    """A query is not covered by a declared index, or its cursor belongs to another query."""

    code = "invalid_query"
    status = 400
    title = "This query is not possible"


class InvalidDocument(Permanent):
    """A document breaks the value rules (floats, nested lists, ids, sizes)."""

    code = "invalid_document"
    title = "This cannot be stored"
