"""The lines of a file while it is being understood: packed, so that a large file takes little more memory
than its own bytes.

Each line is kept as the JSON text of its normal form, in compressed blocks. What sorting and keys need is a
record of 45 bytes beside it: when, whether something was taken back, the key that it has if it does not
repeat, and its number in the file. Sorted, lines of one identity stand together, and only these are unpacked
to be told apart.
"""

from __future__ import annotations

import json
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import groupby

from shared.payments.statements.balance import Running
from shared.payments.statements.model import Kind, StatementLine, apart, key_of, read_line

Keyed = tuple[str, StatementLine]
BLOCK = 64
"""Lines of one compressed block: some 25 KB, which pack to a sixth."""
UNPACKED = 16
"""Blocks that are kept unpacked: lines are read nearly in the order of their file, or the other way round."""
_NUMBER = 4
_KEY = 16
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Lines:
    """The lines of a file in its own order: appended one by one, read again under their keys."""

    def __init__(self, lines: Iterable[StatementLine] = ()) -> None:
        self.total_cents, self.last_row = 0, 1
        self.first_day = self.last_day = ""
        self.running = Running()
        self._records: list[bytes] = []
        self._blocks: list[bytes] = []
        self._open: list[bytes] = []
        self._unpacked: OrderedDict[int, list[bytes]] = OrderedDict()
        for line in lines:
            self.append(line)

    def __len__(self) -> int:
        return len(self._records)

    def append(self, line: StatementLine) -> None:
        """Take one more line."""
        self._records.append(_record(line, key_of(line), len(self._records)))
        self._open.append(_JSON.encode(line.data()).encode("utf-8", "surrogatepass"))
        if len(self._open) == BLOCK:
            self._blocks.append(zlib.compress(b"\n".join(self._open), 1))
            self._open = []
        self.total_cents += line.amount_cents
        self.last_row = line.row
        self.first_day = min(self.first_day or line.business_day, line.business_day)
        self.last_day = max(self.last_day, line.business_day)
        self.running.take(line)

    def in_order(self) -> Ordered:
        """Every line once under its key, oldest first; of one second, what was taken back comes after what it
        takes back.

        A charge, or a line without receipt, may repeat to the last cent and second: the second, third … of a
        file are other lines, counted. The same line twice (same balance after it) is one line. They are
        counted in the order of their balances, so that the order of rows in a file changes no key.
        """
        found: list[bytes] = []
        for _, group in groupby(sorted(self._records), _all_but_number):
            same = list(group)
            found += same if len(same) == 1 else self._apart(same)
        found.sort()
        return Ordered(self, found)

    def _apart(self, same: list[bytes]) -> Iterator[bytes]:
        """The records of one identity that are different facts, each under a key of its own."""
        numbers = [_number(record) for record in same]
        lines = [read_line(json.loads(self.text(number))) for number in numbers]
        for count, place in enumerate(apart(lines)):
            yield _record(lines[place], key_of(lines[place], count), numbers[place])

    def packed(self) -> Iterator[bytes]:
        """All that was appended, as it is kept."""
        yield from self._blocks
        yield from self._open

    def text(self, number: int) -> bytes:
        """The JSON text of the line that was appended as the ``number``-th, from 0."""
        block, place = divmod(number, BLOCK)
        if block == len(self._blocks):
            return self._open[place]
        texts = self._unpacked.get(block)
        if texts is None:
            texts = self._unpacked[block] = zlib.decompress(self._blocks[block]).split(b"\n")
            if len(self._unpacked) > UNPACKED:
                self._unpacked.popitem(last=False)
        return texts[place]


class Ordered:
    """The lines of a file under their keys, oldest first; read as often as needed, unpacked one by one."""

    def __init__(self, lines: Lines, records: list[bytes]) -> None:
        self._lines, self._records = lines, records

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Keyed]:
        for record in self._records:
            yield _key(record), read_line(json.loads(self._lines.text(_number(record))))

    def essence(self) -> Iterator[bytes]:
        """Pieces that make out all of it, for a digest: other lines, or another order, give others."""
        yield from self._records
        yield from self._lines.packed()

    def texts(self) -> Iterator[bytes]:
        """Each line as a line of JSON that begins with its key."""
        for record in self._records:
            text = self._lines.text(_number(record))
            yield b'{"key":"%b",%b\n' % (_key(record).encode(), text[1:])


def _record(line: StatementLine, key: str, number: int) -> bytes:
    back = b"1" if line.kind is Kind.REVERSAL else b"0"
    return line.at.encode() + back + bytes.fromhex(key.partition("_")[2]) + number.to_bytes(_NUMBER, "big")


def _all_but_number(record: bytes) -> bytes:
    return record[:-_NUMBER]


def _number(record: bytes) -> int:
    return int.from_bytes(record[-_NUMBER:], "big")


def _key(record: bytes) -> str:
    return f"stl_{record[-_NUMBER - _KEY : -_NUMBER].hex()}"
