"""A mail to a business's address: kept, judged, its files put into the bucket to be read in the background.

What was let in and what was not are both records that the business can list; nothing is dropped silently. A
mail that comes again (the provider repeats what was not answered) finds its record and changes nothing.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass

from shared.core import context, logs
from shared.core.errors import AlreadyExists, Invalid, NotFound, Refused
from shared.core.ids import derived_id
from shared.events import SYSTEM
from shared.receipts.archive import MAX_ARCHIVE, is_zip
from shared.receipts.duplicates import fingerprint
from shared.receipts.headers import check_bytes, sniff
from shared.receipts.mail_box import business_of, is_hook, read_box, tokens_in
from shared.receipts.mail_form import Attached, Mail, read_mail
from shared.receipts.mail_policy import why_not
from shared.receipts.places import FOLDER, KEPT_MAIL, MAIL, MAILS, refused_key
from shared.receipts.ports import Ports
from shared.receipts.records import blank, refused, write
from shared.store import Data, Doc, Key, Tx

MOST_FILES = 20
NO_FILES, NOBODY = "mail_without_files", "mail_address_unknown"


@dataclass(frozen=True, slots=True)
class Post:
    """One post of the mail provider: the mail, and the form it came as."""

    mail: Mail
    content_type: str
    raw: bytes


def receive(ports: Ports, token: str, content_type: str, raw: bytes) -> list[Doc]:
    """Take in a post of the mail provider; returns the record that each of our addresses in it led to.

    Raises NotFound for a wrong ``token``, NotAForm and Invalid for what is no such post. No engine is loaded.
    """
    if not is_hook(ports.settings, token):
        raise NotFound("there is no such address")
    post = Post(read_mail(content_type, raw), content_type, raw)
    boxes = tokens_in(post.mail.recipients)
    owners = {business_of(ports.store, word) for _, word in boxes} or {""}
    return [
        _take(ports, business, post) if business else _unknown(ports, post) for business in sorted(owners)
    ]


def admit(ports: Ports, business: str, mail_id: str, actor: str) -> Doc:
    """Let in a mail that was refused for its sender: its files are read as if the sender had been known.

    Raises NotFound, and Refused ``mail_not_refused`` where nothing was held back.
    """
    record = ports.store.require(business, Key(MAILS, mail_id))
    if record.data["status"] != "refused" or not record.data["object"]:
        raise Refused("the files of this mail were taken in already", code="mail_not_refused")
    raw = ports.blobs.get(record.data["object"])
    post = Post(read_mail(record.data["content_type"], raw), record.data["content_type"], raw)
    return _let_in(ports, business, record.key, post, {"admitted_by": actor})


def _take(ports: Ports, business: str, post: Post) -> Doc:
    context.belongs_to(business)
    reason = why_not(post.mail, read_box(ports.store, business)["senders"])
    key = mail_key(post.mail, reason)
    context.note(mail=key.id, refused_for=reason)
    known = ports.store.get(business, key)
    if known is not None:
        return known
    ports.blobs.put(_kept_as(business, key), post.raw)
    if not reason:
        return _let_in(ports, business, key, post, {})
    logs.warn("a mail was not let in", business=business, mail=key.id, code=reason)
    return _write(ports, business, key, _record(business, key, post) | _why(reason), [])


def _let_in(ports: Ports, business: str, key: Key, post: Post, more: Data) -> Doc:
    """Store the files, then write the record and the receipts of those that were refused in one commit."""
    files = [_store(ports, business, key, number, file) for number, file in enumerate(post.mail.files)]
    record = _record(business, key, post) | {"status": "taken_in", "files": files, **more}
    turned_down = [(number, file) for number, file in enumerate(files) if not file["object"]]
    if not files:
        record |= _why(NO_FILES)
        turned_down = [(0, {"name": "-", "code": NO_FILES, "why": "no file came with the mail"})]
    return _write(ports, business, key, record, turned_down)


def _store(ports: Ports, business: str, key: Key, number: int, file: Attached) -> Data:
    """Put one file where its arrival has it read; its entry in the record says what was wrong otherwise."""
    entry = {"name": file.name, "size": len(file.content), "object": "", "code": "", "why": ""}
    try:
        ending = _ending(number, file.content)
    except Invalid as refusal:
        return entry | {"code": refusal.code, "why": refusal.message}
    name = f"{FOLDER}{business}/{key.id}/{number:02}.{ending}"
    with suppress(AlreadyExists):  # stored before a crash
        ports.blobs.put(name, file.content, only_if_absent=True)
    return entry | {"object": name}


def _ending(number: int, content: bytes) -> str:
    if number >= MOST_FILES:
        raise Invalid("mail_too_many_files", f"only the first {MOST_FILES} files of a mail are read")
    if is_zip(content) and len(content) <= MAX_ARCHIVE:
        return "zip"
    check_bytes(content)
    return sniff(content).value


def _write(ports: Ports, business: str, key: Key, record: Data, turned_down: list[tuple[int, Data]]) -> Doc:
    now, kept = ports.clock.now(), record["object"]

    def commit(tx: Tx) -> None:
        before = tx.get(key)
        if before is not None and before.data["status"] != "refused":
            return
        tx.put(key, {**record, "received_at": before.data["received_at"] if before else tx.now})
        for number, file in turned_down:
            why = Invalid(file["code"], f"{file['name']}: {file['why']}")
            write(tx, refused_key(key.id, number), blank(kept, "", now, key.id) | refused(why))

    ports.outbox.run(business, commit)
    return ports.store.require(business, key)


def _unknown(ports: Ports, post: Post) -> Doc:
    """A mail to an address that is nobody's: no business sees it, the operator finds it with the system."""
    key = mail_key(post.mail, NOBODY)
    logs.warn("a mail came to an address that is nobody's", mail=key.id)
    record = _record(SYSTEM, key, post) | _why(NOBODY) | {"object": ""}
    return _write(ports, SYSTEM, key, record, [])


def mail_key(mail: Mail, reason: str) -> Key:
    """One record for one mail: by its Message-ID, who it says wrote it, what came with it, and the verdict.

    A stranger who forges an id cannot take the place of the mail that has it: that one is let in.
    """
    digest = hashlib.sha256("".join(fingerprint(file.content) for file in mail.files).encode()).hexdigest()
    return Key(MAILS, derived_id(MAIL, mail.message_id, mail.sender, digest, reason))


def _kept_as(business: str, key: Key) -> str:
    return f"{KEPT_MAIL}{business}/{key.id}.form"


def _record(business: str, key: Key, post: Post) -> Data:
    mail = post.mail
    return {
        "status": "refused",
        "reason": "",
        "from": mail.sender,
        "to": list(mail.recipients)[:10],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "spf": mail.spf,
        "signed_by": list(mail.signed_by),
        "object": _kept_as(business, key),
        "content_type": post.content_type[:200],
        "size": len(post.raw),
        "files": [
            {"name": file.name, "size": len(file.content), "object": "", "code": "", "why": ""}
            for file in mail.files[:MOST_FILES]
        ],
        "admitted_by": "",
    }


def _why(reason: str) -> Data:
    return {"status": "refused", "reason": reason}
