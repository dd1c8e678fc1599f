"""Callbacks against statements: money that one side tells of and the other does not, once a statement is in.

A line that contradicts its payment is asked about at once (shared/payments/statements); what no line shows is
only known when the statement that should hold it has come.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from shared.alerts.findings import Finding
from shared.alerts.moves import Move, payment_move
from shared.alerts.places import PAYMENTS, STATEMENT_LINES, STATEMENTS
from shared.core.clock import EAT, rfc3339
from shared.store import Doc, Key, Query, Store, Where

LISTED = frozenset({"status", "pull", "statement"})
"""Proofs from the provider's own lists (shared/payments/grades.py)."""
MOST_DAYS = 40
MOST = 2000
MOST_APART = 10
"""More missing lines of one statement than this are one alert."""
BORDER = timedelta(minutes=5)
"""A statement begins and ends by the provider's clock."""
BOOKED = frozenset({"settled", "claimed", "partially_refunded", "refunded"})

Raised = tuple[Move, Finding]


def one_sided(store: Store, business: str, since: str) -> list[Raised]:
    """Payments that statements imported since a moment should show and do not, or show otherwise."""
    fresh = Query(STATEMENTS, (Where("received_at", ">", since),), "received_at", 100)
    raised: list[Raised] = []
    for statement in store.query(business, fresh).docs:
        if statement.data["status"] == "imported" and statement.data.get("first_day"):
            raised += _missing(store, business, statement)
            raised += _differing(store, business, statement)
    return raised


def _missing(store: Store, business: str, statement: Doc) -> list[Raised]:
    begin, end = _span(statement)
    where = (
        Where("paid_at", ">=", rfc3339(begin + BORDER)),
        Where("paid_at", "<", rfc3339(end - BORDER)),
    )
    payments = store.all(business, Query(PAYMENTS, where, "paid_at"), most=MOST)
    account = statement.data["account"]
    missing = [one for doc in payments if (one := _unlisted(doc, account)) is not None]
    return missing if len(missing) <= MOST_APART else [_together(missing, account)]


def _together(missing: list[Raised], account: str) -> Raised:
    """So many that the statement is more likely to lack a part than all of them to be wrong."""
    move, _ = missing[-1]
    facts: dict[str, int | str] = {"count": len(missing), "account": account}
    facts["cents"] = sum(one.cents for one, _ in missing)
    records = tuple(one.subject for one, _ in missing[-20:])
    about = f"account {account}"
    return move, Finding(
        "callback_vs_statement", 800, "many_without_line", facts, party=about, label=account, records=records
    )


def _span(statement: Doc) -> tuple[datetime, datetime]:
    first = date.fromisoformat(statement.data["first_day"])
    last = date.fromisoformat(statement.data["last_day"])
    first = max(first, last - timedelta(days=MOST_DAYS))
    begin = datetime.combine(first, time(), EAT)
    return begin, datetime.combine(last, time(), EAT) + timedelta(days=1)


def _unlisted(payment: Doc, account: str) -> Raised | None:
    data = payment.data
    kinds = {str(proof["kind"]) for proof in data.get("evidence", [])}
    covered = f"{data['provider']}-{data.get('shortcode', '')}" == account
    move = payment_move(payment)
    if move is None or not covered or data["status"] not in BOOKED or kinds & LISTED:
        return None
    facts: dict[str, int | str] = {"cents": move.cents, "receipt": move.code, "account": account}
    score = 880 if data["status"] != "claimed" else 760
    return move, Finding("callback_vs_statement", score, "no_line_in_statement", facts, party=move.party)


def _differing(store: Store, business: str, statement: Doc) -> list[Raised]:
    lines = store.all(
        business, Query(STATEMENT_LINES, (Where("statement_id", "==", statement.id),), "row"), most=MOST
    )
    paid = [line for line in lines if line.data.get("payment_id")]
    keys = [Key(PAYMENTS, line.data["payment_id"]) for line in paid]
    found = store.get_many(business, keys)
    pairs = zip(paid, found, strict=True)
    return [one for line, payment in pairs if payment is not None and (one := _otherwise(line, payment))]


def _otherwise(line: Doc, payment: Doc) -> Raised | None:
    move = payment_move(payment)
    if move is None or line.data["amount_cents"] == move.cents:
        return None
    facts: dict[str, int | str] = {"cents": move.cents, "line_cents": line.data["amount_cents"]}
    facts |= {"receipt": move.code, "account": line.data["account"]}
    records = (f"{STATEMENT_LINES}/{line.id}",)
    return move, Finding(
        "callback_vs_statement", 900, "statement_says_otherwise", facts, party=move.party, records=records
    )
