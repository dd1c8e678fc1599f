"""What a business is told of an alert: what it is called, how much, about whom."""

from __future__ import annotations

from shared.messages import catalogue
from shared.messages.facts import money, unsure
from shared.messages.model import Language
from shared.messages.templates import Template
from shared.store import Data

EN, SW = Language.ENGLISH, Language.SWAHILI
WHAT: dict[str, dict[Language, str]] = {
    "duplicate_payment": {EN: "the same was paid twice", SW: "malipo yaleyale mara mbili"},
    "duplicate_receipt": {EN: "a receipt was handed in before", SW: "risiti iliyoletwa kabla"},
    "unusual_amount": {EN: "far more than usual", SW: "kiasi kikubwa kuliko kawaida"},
    "velocity": {EN: "too many in a short time", SW: "malipo mengi kwa muda mfupi"},
    "round_amounts": {EN: "round amounts just below a limit", SW: "kiasi kamili karibu na kikomo"},
    "off_hours": {EN: "money was sent at an odd hour", SW: "pesa zilitumwa saa isiyo ya kawaida"},
    "new_payee_large": {EN: "a large payment to somebody new", SW: "malipo makubwa kwa mtu mpya"},
    "refund_abuse": {EN: "a suspicious refund", SW: "marejesho ya kutiliwa shaka"},
    "missing_callback": {EN: "a payment request got no answer", SW: "ombi la malipo halikujibiwa"},
    "callback_vs_statement": {EN: "proofs of a payment differ", SW: "ushahidi wa malipo unatofautiana"},
    "day_total": {EN: "a day's total is out of line", SW: "jumla ya siku si ya kawaida"},
}
OTHER = {EN: "something unusual", SW: "jambo lisilo la kawaida"}


def alert_values(alert: Data, language: Language) -> tuple[Template, dict[str, str]]:
    """The notification type of an alert, and what its texts are filled with."""
    if alert["detector"] == "held_back":
        return catalogue.ALERTS_KEPT, {"count": str(alert["count"]), "day": alert["day"]}
    cents = alert["cents"]
    return catalogue.ALERT_RAISED, {
        "what": WHAT.get(alert["detector"], OTHER)[language],
        "amount": money(cents) if cents else unsure(language),
        "party": alert["party_label"] or unsure(language),
        "day": alert["day"],
    }
