"""Every query shape of Hesabu, declared once: adapters refuse others, Terraform's indexes come from here."""

from __future__ import annotations

from shared.store.model import Index, Schema

SCHEMA = Schema(
    indexes=(
        Index("attempts", (), "created_on"),
        Index("attempts", ("status",), "created_on"),
        Index("attempts", ("polling",), "poll_at"),
        Index("attempts", ("invoice_id",), "created_on"),
        Index("blocks", (), "number"),
        Index("businesses", (), None),
        Index("customers", (), "name_sort"),
        Index("dead_letters", (), "recorded_at"),
        Index("decisions", ("payment_id",), "decided_at"),
        Index("evidence", ("processed",), "received_at"),
        Index("expenses", (), "business_day"),
        Index("invoices", (), "created_on"),
        Index("invoices", ("status",), "due_date"),
        Index("invoices", ("customer_id",), "due_date"),
        Index("invoices", ("customer_id", "status"), "due_date"),
        Index("journal", (), "recorded_at"),
        Index("messages", (), "created_on"),
        Index("messages", ("status",), "created_on"),
        Index("outbox", (), "created_on"),
        Index("payments", (), "paid_at"),
        Index("payments", ("matching",), "paid_at"),
        Index("payments", ("status",), "paid_at"),
        Index("payments", ("polling",), "poll_at"),
        Index("payments", ("customer_id",), "paid_at"),
        Index("receipts", (), "received_at"),
        Index("receipts", ("status",), "received_at"),
        Index("receipts", ("matching",), "business_day"),
        Index("review", ("status",), "created_on"),
        Index("rollups", (), None),
        Index("transactions", (), "paid_at"),
        Index("transactions", ("matching",), "business_day"),
        Index("unsealed", (), "recorded_at"),
    ),
    append_only=frozenset({"blocks", "callbacks", "journal"}),
    expiring=frozenset({"once"}),
)
