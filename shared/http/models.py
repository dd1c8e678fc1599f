"""The shapes that cross HTTP: strict request bodies, query arguments, and views with prefixes and cents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.core.errors import FieldError, Invalid
from shared.store import Doc, Page

B = TypeVar("B", bound=BaseModel)


class Body(BaseModel):
    """A request body: unknown fields and look-alike types (``"10"`` for 10) are refused, not guessed."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, str_strip_whitespace=True, defer_build=True
    )


class Args(BaseModel):
    """Query arguments: text that must read as the declared types; lists are paged the same everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str | None, Field(max_length=1000)] = None


class View(BaseModel):
    """What a route answers."""

    model_config = ConfigDict(frozen=True, defer_build=True)


V = TypeVar("V", bound=View)


class ListView(View, Generic[V]):
    """One page of a list; pass ``next_cursor`` as ``cursor`` to read on."""

    object: str = "list"
    data: list[V]
    has_more: bool
    next_cursor: str | None


def page_view(page: Page, view: Callable[[Doc], V]) -> ListView[V]:
    """A store page as a list answer."""
    return ListView[Any](
        data=[view(doc) for doc in page.docs], has_more=page.next is not None, next_cursor=page.next
    )


def read_body(model: type[B], raw: bytes) -> B:
    """Parse a JSON body strictly; raises Invalid ``body_invalid`` with a pointer for each wrong field."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise _invalid("body_invalid", "the body is not valid", error) from None


def read_args(model: type[B], values: Mapping[str, str]) -> B:
    """Parse query arguments; raises Invalid ``arguments_invalid``."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise _invalid("arguments_invalid", "the query arguments are not valid", error) from None


def _invalid(code: str, message: str, error: ValidationError) -> Invalid:
    faults = [
        FieldError("/" + "/".join(str(part)[:80] for part in fault["loc"]), fault["msg"])
        for fault in error.errors(include_url=False, include_input=False, include_context=False)[:20]
    ]
    return Invalid(code, message, faults)
