"""The collections of this room, and what others keep that it reads."""

from __future__ import annotations

from shared.core.ids import derived_id
from shared.store import Key

ALERTS = "alerts"
"""One document for a detector, a party and a day: what looked wrong, why, and what a person said of it."""
PROFILES = "alert_profiles"
"""How a party, or the business, usually moves money; bounded."""
DAYS = "alert_days"
"""How many alerts of a Nairobi day were told, and how many were kept back."""
QUIET = "alert_quiet"
"""What people found no problem, by party: it takes more to raise that again, for a while."""
TOTALS = "alert_totals"
"""Money in and money out of each of the last days."""
STATE = Key("alert_batch", "state")
"""The last day that the daily look has been at."""
BUSINESS = "business"
"""The party of what concerns the business as a whole."""
EVERYBODY = "everybody"
"""Stands for all parties where people's word on a detector is kept."""
PAYMENTS, TRANSACTIONS, PAYOUTS, ATTEMPTS = "payments", "transactions", "payouts", "attempts"
RECEIPTS, STATEMENTS, STATEMENT_LINES = "receipts", "statements", "statement_lines"
PROFILE = Key("profile", "business")


def party_key(way: str, party: str) -> Key:
    """Where the profile of a party lies, of money that goes one way."""
    return Key(PROFILES, derived_id("pty", way, party))


def business_key(way: str) -> Key:
    """Where the profile of the whole business lies, of money that goes one way."""
    return Key(PROFILES, f"business-{way}")


def alert_key(detector: str, party: str, day: str) -> Key:
    """The one alert of a detector about a party on a day."""
    return Key(ALERTS, derived_id("alr", detector, party, day))


def quiet_key(party: str) -> Key:
    """Where what was found no problem is kept, for a party or for ``BUSINESS``."""
    return Key(QUIET, derived_id("quiet", party))
