"""Paybill numbers that everybody pays, and those that say nothing because many are paid through them.

Numbers change hands now and then: one decides only where the words beside it do not speak for something else.
"""

from __future__ import annotations

PAYBILLS: dict[str, str] = {
    "888880": "utilities",  # Kenya Power, prepaid
    "888888": "utilities",  # Kenya Power, postpaid
    "888899": "utilities",  # Kenya Power, new connections
    "444400": "utilities",  # Nairobi City Water
    "898300": "utilities",  # Mombasa Water
    "572572": "taxes",  # Kenya Revenue Authority
    "333300": "payroll_statutory",  # NSSF
    "200222": "payroll_statutory",  # SHA, NHIF before it
    "200800": "payroll_statutory",  # HELB
    "320320": "airtime_internet",  # Zuku
    "200200": "airtime_internet",  # Safaricom postpay
    "444900": "airtime_internet",  # DStv
    "423655": "airtime_internet",  # GOtv
    "809888": "travel_lodging",  # Madaraka Express
    "851900": "loans_finance",  # Tala
    "998608": "loans_finance",  # Branch
    "206206": "licences_permits",  # NTSA
}
SHARED: frozenset[str] = frozenset(
    {
        "247247",  # Equity
        "522522",  # KCB
        "400200",  # Co-operative
        "880100",  # NCBA
        "303030",  # Absa
        "329329",  # Standard Chartered
        "600100",  # Stanbic
        "516600",  # Diamond Trust
        "222111",  # Family
        "542542",  # I&M
        "111999",  # Kenya Women
        "222222",  # eCitizen
        "220220",  # Pesaflow
    }
)
"""Accounts at banks and payments to government: the account says who was paid, the number alone does not."""
