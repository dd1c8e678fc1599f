"""A file becomes a statement: understood whole, kept, and only then announced to be imported."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from shared.bus import emit
from shared.core import context
from shared.core.errors import NotFound, Permanent, Refused
from shared.events import SYSTEM, StatementImport
from shared.payments.places import PROFILE
from shared.payments.statements import normal
from shared.payments.statements.model import MPESA
from shared.payments.statements.places import (
    KEPT,
    NORMAL,
    PROFILES,
    STATEMENTS,
    account_memory,
    check_account,
    shortcode_of,
    statement_key,
)
from shared.payments.statements.ports import Ports
from shared.payments.statements.profiles import Profile, built_in
from shared.payments.statements.read import Parsed, Wish, parse
from shared.store import Data, Doc, Key, Tx

FORMS = {b"%PDF": "pdf", b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0": "xls", b"<?xm": "xml", b"OFXH": "ofx"}
"""How a file begins, and what its name then ends with."""


@dataclass(frozen=True, slots=True)
class Given:
    """What came with a file: account and profile by name ("" for unknown), a PDF's password, who sent it."""

    account: str = ""
    profile_id: str = ""
    password: str = ""
    actor: str = ""
    file: str = ""


def accept(ports: Ports, business: str, content: bytes, given: Given) -> Doc:
    """Take in a file; the same file again is the same statement, imported once.

    Raises Invalid with the row and column of what is wrong: nothing is kept of such a file.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    key = statement_key(sha256)
    known = ports.store.get(business, key)
    if known is not None and known.data["status"] != "refused":
        return known
    parsed, profile_id = understand(ports, business, content, given)
    name = f"{KEPT}{business}/{sha256[:32]}.{extension(content)}"
    return keep(ports, business, Stored(key, name, sha256, content), parsed, given, profile_id=profile_id)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on its way to become a statement: its document, its place in the bucket, its digest.

    ``mark`` is written with the statement, for a file that an event of the bucket announced.
    """

    key: Key
    name: str
    sha256: str
    content: bytes
    mark: Key | None = None


def understand(ports: Ports, business: str, content: bytes, given: Given) -> tuple[Parsed, str]:
    """Read the whole file for a business, and the id of the profile it was read with, "" for none."""
    if given.account:
        check_account(given.account)
    profile_id = given.profile_id or _remembered(ports, business, given.account)
    profile = find_profile(ports, business, profile_id) if profile_id else None
    wish = Wish(given.account, profile, given.password, shortcodes(ports, business))
    parsed = parse(content, wish)
    check_account(parsed.account)
    _check_owner(ports, business, parsed.account)
    return parsed, profile_id


def keep(
    ports: Ports, business: str, stored: Stored, parsed: Parsed, given: Given, *, profile_id: str
) -> Doc:
    """Keep the file and its lines, then write the statement and announce it in one commit."""
    folder = normal.write(ports.blobs, f"{NORMAL}{business}/", parsed.lines)
    if stored.name.startswith(KEPT):
        normal.put_once(ports.blobs, stored.name, stored.content)
    blank = _document(parsed, given, profile_id)
    blank |= {
        "object": stored.name,
        "lines_folder": folder,
        "sha256": stored.sha256,
        "size": len(stored.content),
    }

    def write(tx: Tx) -> str:
        mark_read(tx, stored)
        known = tx.get(stored.key)
        if known is not None and known.data["status"] != "refused":
            return known.id
        first = known.data["received_at"] if known else tx.now
        tx.put(stored.key, {**blank, "received_at": first, "imported_at": ""})
        if profile_id:
            tx.put(account_memory(parsed.account), {"profile_id": profile_id})
        emit(tx, StatementImport(statement_id=stored.key.id), stored.key, 1)
        return stored.key.id

    context.note(statement=stored.key.id)
    return ports.store.require(business, Key(STATEMENTS, ports.outbox.run(business, write)))


def refuse(ports: Ports, business: str, stored: Stored, refusal: Permanent, given: Given) -> None:
    """Keep why a file from the bucket was not imported: whoever put it there got no answer."""
    record: Data = {
        "status": "refused",
        "form": "",
        "account": given.account,
        "profile_id": given.profile_id,
        "file": given.file,
        "by": given.actor,
        "refusal": refusal.message,
        "code": refusal.code,
        "errors": [{"pointer": fault.pointer, "detail": fault.detail} for fault in refusal.errors],
        "object": stored.name,
        "lines_folder": "",
        "sha256": stored.sha256,
        "size": len(stored.content),
        **_numbers(0, 0, 0, 0),
        "first_day": "",
        "last_day": "",
        "opening_cents": None,
        "closing_cents": None,
        "breaks": [],
        "imported_at": "",
    }

    def write(tx: Tx) -> None:
        mark_read(tx, stored)
        known = tx.get(stored.key)
        if known is None or known.data["status"] == "refused":
            tx.put(stored.key, {**record, "received_at": known.data["received_at"] if known else tx.now})

    ports.outbox.run(business, write)


def mark_read(tx: Tx, stored: Stored) -> None:
    """Remember that this version of a file was read."""
    if stored.mark is not None:
        tx.put(stored.mark, {"statement_id": stored.key.id, "object": stored.name, "read_at": tx.now})


def _document(parsed: Parsed, given: Given, profile_id: str) -> Data:
    return {
        "status": "importing",
        "form": parsed.form,
        "account": parsed.account,
        "profile_id": profile_id or parsed.profile,
        "file": given.file,
        "by": given.actor,
        "refusal": "",
        "code": "",
        "errors": [],
        **_numbers(parsed.rows, len(parsed.lines), parsed.failed, parsed.empty),
        "first_day": parsed.days[0],
        "last_day": parsed.days[1],
        "opening_cents": parsed.balances.opening_cents,
        "closing_cents": parsed.balances.closing_cents,
        "breaks": [asdict(one) for one in parsed.balances.breaks],
    }


def _numbers(rows: int, lines: int, failed: int, empty: int) -> Data:
    """``rows`` of the file; ``lines`` different ones of them; ``next`` is the first that is not
    imported yet."""
    counted: dict[str, Any] = {"rows": rows, "lines": lines, "rows_failed": failed, "rows_empty": empty}
    return {**counted, "next": 0, "added": 0, "outcomes": {}}


def shortcodes(ports: Ports, business: str) -> frozenset[str]:
    """The shortcodes that a business says are its own."""
    profile = ports.store.get(business, PROFILE)
    return frozenset({str(profile.data.get("shortcode", ""))} - {""}) if profile else frozenset()


def find_profile(ports: Ports, business: str, profile_id: str) -> Profile:
    """A built-in profile or one of the business's own; raises NotFound."""
    if profile_id in built_in():
        return built_in()[profile_id]
    doc = ports.store.require(business, Key(PROFILES, profile_id))
    return Profile.model_validate(doc.data["profile"])


def _remembered(ports: Ports, business: str, account: str) -> str:
    memory = ports.store.get(business, account_memory(account)) if account else None
    profile_id = str(memory.data["profile_id"]) if memory else ""
    if profile_id in built_in() or not profile_id:
        return profile_id
    return profile_id if ports.store.get(business, Key(PROFILES, profile_id)) is not None else ""


def _check_owner(ports: Ports, business: str, account: str) -> None:
    """A shortcode that another business of this installation collects on is not this one's to book."""
    if not account.startswith(MPESA):
        return
    owner = ports.store.get(SYSTEM, Key("shortcodes", shortcode_of(account)))
    if owner is not None and owner.data["business"] != business:
        raise Refused("another business collects on this shortcode", code="shortcode_taken")


def extension(content: bytes) -> str:
    """The ending of a kept file's name."""
    return FORMS.get(content[:4], "csv")


def raw_of(ports: Ports, doc: Doc) -> bytes:
    """The file of a statement; raises NotFound when it was removed from the bucket."""
    try:
        return ports.blobs.get(doc.data["object"])
    except NotFound:
        raise NotFound("the file is no longer in the bucket") from None
