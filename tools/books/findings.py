"""What a verification finds, and how it reads documents that may be damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from shared.core.errors import HesabuError

PAGE = 500
"""Documents in memory at a time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: which record, and both figures."""

    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}"


def section(name: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of one check; a store that cannot be read further is a finding, not the end."""
    try:
        yield from check()
    except HesabuError as error:
        yield Finding(name, f"cannot be read any further: {error.message}")


def carefully(subject: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings about one document; one of another shape than ours is a finding."""
    found: list[Finding] = []
    try:
        found.extend(check())
    except (KeyError, TypeError, AttributeError, ValueError, HesabuError) as error:
        found.append(Finding(subject, f"is not of the shape that Hesabu writes ({error})"))
    yield from found
