"""Every bad configuration that must be named, with what the line about it says."""

from __future__ import annotations

from dataclasses import dataclass, field

SECRET = "5e7ec0de" * 8
PASSWORD = "hunter2-and-more"
GOOD = {"AUTH_SECRET": SECRET, "CALLBACK_SECRET": SECRET[::-1]}
IN_CLOUD = {
    "K_SERVICE": "settle",
    "STORE_URL": "firestore://demo-books/books",
    "BUS_URL": "pubsub://demo-books",
    "BLOB_URL": "gs://demo-receipts",
}


@dataclass(frozen=True)
class Bad:
    """Variables on top of good ones; "" takes one away. ``says`` are parts of the one line, in any order."""

    given: dict[str, str]
    says: tuple[str, ...]
    hides: tuple[str, ...] = field(default=(SECRET, PASSWORD))


FORMS = {
    "a missing secret": Bad({"AUTH_SECRET": ""}, ("AUTH_SECRET: is missing",)),
    "both secrets missing": Bad(
        {"AUTH_SECRET": "", "CALLBACK_SECRET": ""}, ("AUTH_SECRET: is missing", "CALLBACK_SECRET: is missing")
    ),
    "a short secret": Bad(
        {"CALLBACK_SECRET": PASSWORD},
        ("CALLBACK_SECRET: must be at least 32 characters", "openssl rand -hex 32"),
    ),
    "an unknown store": Bad(
        {"STORE_URL": f"mysql://root:{PASSWORD}@db/books"}, ("STORE_URL: must begin with", "firestore:")
    ),
    "an unknown bus": Bad({"BUS_URL": "kafka://broker"}, ("BUS_URL: must begin with", "pubsub:")),
    "an unknown bucket": Bad({"BLOB_URL": "s3://receipts"}, ("BLOB_URL: must begin with", "gs:")),
    "two faults at once": Bad(
        {"STORE_URL": "mysql://x", "AUTH_SECRET": ""},
        ("STORE_URL: must begin with", "AUTH_SECRET: is missing"),
    ),
    "sqlite without a path": Bad({"STORE_URL": "sqlite://"}, ("STORE_URL: must read sqlite:///PATH",)),
    "firestore without a project": Bad({"STORE_URL": "firestore://"}, ("STORE_URL: must read", "PROJECT")),
    "firestore with too much": Bad({"STORE_URL": "firestore://p1/books/docs"}, ("STORE_URL: must read",)),
    "mongo without a database": Bad(
        {"STORE_URL": f"mongodb+srv://books:{PASSWORD}@cluster.example.net"},
        ("STORE_URL: must read", "/DATABASE"),
    ),
    "mongo with a slash in its password": Bad(
        {"STORE_URL": f"mongodb://books:a/{PASSWORD}@cluster.example.net/books"}, ("STORE_URL: must read",)
    ),
    "pubsub without a project": Bad({"BUS_URL": "pubsub://"}, ("BUS_URL: must read pubsub://PROJECT",)),
    "pubsub with a topic": Bad({"BUS_URL": "pubsub://p1/topics/t"}, ("BUS_URL: must read pubsub://PROJECT",)),
    "gs without a bucket": Bad({"BLOB_URL": "gs://"}, ("BLOB_URL: must read gs://BUCKET",)),
    "gs with a folder": Bad({"BLOB_URL": "gs://receipts/2026"}, ("BLOB_URL: must read gs://BUCKET",)),
    "a word that Daraja refuses": Bad(
        {"PUBLIC_URL": "https://mpesa.example.co.ke"}, ("PUBLIC_URL: Daraja refuses", "'mpesa'")
    ),
    "a public address without a scheme": Bad(
        {"PUBLIC_URL": "books.example.co.ke"}, ("PUBLIC_URL: must be an address",)
    ),
    "credentials in the public address": Bad(
        {"PUBLIC_URL": f"https://me:{PASSWORD}@books.example.co.ke"},
        ("PUBLIC_URL: must hold no credentials",),
    ),
    "a public address with a port that is none": Bad(
        {"PUBLIC_URL": "https://books.example.co.ke:http"}, ("PUBLIC_URL: is not an address",)
    ),
    "http where the real Daraja calls back": Bad(
        {"DARAJA_URL": "https://sandbox.safaricom.co.ke", "PUBLIC_URL": "http://books.example.co.ke"},
        ("PUBLIC_URL: must be a public https address", "DARAJA_URL"),
    ),
    "no public address where the real Daraja calls back": Bad(
        {"DARAJA_URL": "https://api.safaricom.co.ke"}, ("PUBLIC_URL: must be a public https address",)
    ),
    "the real Daraja over http": Bad(
        {"DARAJA_URL": "http://api.safaricom.co.ke", "PUBLIC_URL": "https://books.example.co.ke"},
        ("DARAJA_URL: must be https",),
    ),
    "a figure out of bounds": Bad({"ACCESS_MINUTES": "0"}, ("ACCESS_MINUTES: ",)),
    "an unknown level": Bad({"LOG_LEVEL": "loud"}, ("LOG_LEVEL: ",)),
}
"""What settings see by themselves."""

CLOUD = {
    "a store that ends with the instance": Bad(
        {**IN_CLOUD, "STORE_URL": ""}, ("STORE_URL: sqlite: keeps data on one machine", "firestore:")
    ),
    "a bus that ends with the instance": Bad(
        {**IN_CLOUD, "BUS_URL": "local:"}, ("BUS_URL: local: keeps data",)
    ),
    "a bucket that ends with the instance": Bad(
        {**IN_CLOUD, "BLOB_URL": "file:///tmp/bucket"}, ("BLOB_URL: file: keeps data",)
    ),
}
"""What they see besides where the platform's K_SERVICE is set."""

PARTS = {
    "half of an SMS account": Bad({"SMS_KEY": PASSWORD}, ("SMS_URL is missing", "set both or neither")),
    "an unknown engine": Bad({"OCR_ENGINES": "rapidocr,magic"}, ("OCR_ENGINES", "'magic'")),
    "no credentials for the real Daraja": Bad(
        {
            "DARAJA_URL": "https://sandbox.safaricom.co.ke",
            "PUBLIC_URL": "https://books.example.co.ke",
            "DARAJA_KEY": "",
            "DARAJA_SECRET": "",
            "DARAJA_PASSKEY": PASSWORD,
        },
        ("DARAJA_KEY: is missing", "DARAJA_SECRET: is missing"),
    ),
    "an initiator whose certificate is nowhere": Bad(
        {
            "DARAJA_URL": "https://sandbox.safaricom.co.ke",
            "PUBLIC_URL": "https://books.example.co.ke",
            **dict.fromkeys(("DARAJA_KEY", "DARAJA_SECRET", "DARAJA_PASSKEY"), PASSWORD),
            "DARAJA_INITIATOR": "operator",
            "DARAJA_INITIATOR_PASSWORD": PASSWORD,
            "DARAJA_CERTIFICATE": "nowhere.cer",
        },
        ("DARAJA_CERTIFICATE: names no file",),
    ),
    "a store that cannot be opened": Bad(
        {"STORE_URL": "sqlite:////dev/null/books.db"}, ("STORE_URL: ", "cannot be opened")
    ),
    "a bucket that cannot be reached": Bad(
        {"BLOB_URL": "file:////dev/null/bucket"}, ("BLOB_URL: ", "cannot be reached")
    ),
}
"""What shows when the system is put together."""
