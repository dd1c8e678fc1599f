"""Where statements lie: their files, their documents, their lines."""

from __future__ import annotations

import re

from shared.core.errors import FieldError, Invalid
from shared.core.ids import derived_id
from shared.events import ObjectFinalized
from shared.payments.statements.model import BANK, MPESA
from shared.store import Key

STATEMENTS, LINES, PROFILES = "statements", "statement_lines", "statement_profiles"
DROPPED = "statements/"
"""Files under ``statements/{business}/…`` start an import; ``statements/{business}/{account}/…`` says
whose."""
KEPT, NORMAL = "statement-files/", "statement-lines/"
"""Files that were handed in over HTTP, and the lines of each file in their normal form: nobody watches
these."""
_ACCOUNT = re.compile(rf"(?:{MPESA}|{BANK})[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ACCOUNT = 30


def statement_key(sha256: str) -> Key:
    """One document for one file of a business, by its bytes: the same file again is the same statement."""
    return Key(STATEMENTS, derived_id("stm", sha256))


def file_mark(bucket: str, name: str, generation: str) -> Key:
    """Says that a version of a file in the bucket was read: its event may come again."""
    return Key("statement_files", derived_id("stf", bucket, name, generation))


def file_trace(file: ObjectFinalized) -> Key:
    """The mark of a file as the bucket announces it."""
    return file_mark(file.bucket, file.name, file.generation)


SWEPT = Key("statement_sweep", "place")
"""Where the round through a business's statements stands that looks for lost events."""


def account_memory(account: str) -> Key:
    """What is remembered of an account between statements: the profile its files are read with."""
    return Key("statement_accounts", account)


def check_account(account: str) -> str:
    """Return an account's name if it is one; raises Invalid ``account_invalid``."""
    if not _ACCOUNT.fullmatch(account) or len(account) > LONGEST_ACCOUNT:
        fault = FieldError("/account", "mpesa-174379, or bank- with the bank and number: bank-equity-0123")
        raise Invalid("account_invalid", "an account is named like mpesa-174379 or bank-equity-0123", [fault])
    return account


def provider_of(account: str) -> str:
    """The provider of an account's money: ``mpesa``, or each bank account by itself."""
    return "mpesa" if account.startswith(MPESA) else account.replace("-", "_")


def shortcode_of(account: str) -> str:
    """The shortcode of an M-Pesa account, "" of a bank's."""
    return account.removeprefix(MPESA) if account.startswith(MPESA) else ""


def journal_account(account: str) -> str:
    """Where the journal keeps its money (as books.postings.clearing does for payments)."""
    return (
        f"clearing:mpesa:{shortcode_of(account)}"
        if account.startswith(MPESA)
        else f"bank:{provider_of(account)}"
    )
