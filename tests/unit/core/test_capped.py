"""Bodies from outside end at the limit."""

from __future__ import annotations

from collections.abc import Iterator

from shared.core.capped import read_capped


def test_a_body_within_the_limit_is_whole() -> None:
    assert read_capped([b"ab", b"", b"cd"], 4) == b"abcd"


def test_a_body_over_the_limit_is_dropped_and_not_read_on() -> None:
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 10

    assert read_capped(endless(), 25) == b""
    assert len(read) == 3
