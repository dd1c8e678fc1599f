"""Who may hand in receipts by mail: senders that a business named, and whose mail really came from them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from shared.core.errors import FieldError, Invalid

if TYPE_CHECKING:
    from shared.receipts.mail_form import Mail

MOST_SENDERS = 100
_SENDER = re.compile(r"(?:[^@\s,;:*<>()\"\\]{1,64})?@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
STRANGER, UNPROVEN = "mail_sender_unknown", "mail_sender_unproven"


def why_not(mail: Mail, senders: Collection[str]) -> str:
    """The reason that a mail is refused for, "" for one that is let in.

    Args:
        senders: whole addresses in lower case, and ``@shop.co.ke`` for everybody of a domain.
    """
    _, _, domain = mail.sender.partition("@")
    if not domain or not ({mail.sender, f"@{domain}"} & set(senders)):
        return STRANGER
    return "" if _is_proven(mail, domain) else UNPROVEN


def check_senders(senders: Sequence[str]) -> tuple[str, ...]:
    """Senders as they are kept; raises Invalid ``mail_senders_invalid`` with the place of what is none."""
    kept = [sender.strip().lower() for sender in senders]
    faults = [
        FieldError(f"/senders/{number}", "an address such as juma@duka.co.ke, or @duka.co.ke for all of it")
        for number, sender in enumerate(kept)
        if not _SENDER.fullmatch(sender)
    ]
    if faults or len(kept) > MOST_SENDERS:
        raise Invalid("mail_senders_invalid", f"name at most {MOST_SENDERS} addresses or domains", faults)
    return tuple(dict.fromkeys(kept))


def _is_proven(mail: Mail, domain: str) -> bool:
    """DKIM or SPF passed for the domain that the header From names (the alignment of RFC 7489, relaxed)."""
    if any(_aligned(signer, domain) for signer in mail.signed_by):
        return True
    _, _, returned_to = mail.envelope_from.partition("@")
    return mail.spf == "pass" and _aligned(returned_to, domain)


def _aligned(one: str, other: str) -> bool:
    """The same domain, or one below the other."""
    if one.count(".") < 1 or other.count(".") < 1:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
