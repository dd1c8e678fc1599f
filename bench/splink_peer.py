"""Splink 5 (MIT) on the same payments, the peer of bench/reconcile_speed.py; in an environment of its own.

    make bench-splink
    var/splink/bin/python -m bench.splink_peer --data DIR --train DIR [--alone 40]

Fellegi and Sunter's model over pairs of a payment and an invoice: candidates by the product's own keys as
exploded arrays in six blocking rules; six comparisons (reference, account, phone, names, amount, time); u by
sampling, m from the true labels of ``--train``, which is no part of what is timed. The payers of the
confirmed history are added to their customers' phones. The best customer by probability x (1 - runner-up)
gets the money by the product's written policy. Start to end is: read the files, spell the keys, register,
predict, decide and post.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-not-found]
import splink.comparison_level_library as levels  # type: ignore[import-not-found]
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison  # type: ignore[import-not-found]

from bench.reconcile_lines import facts, invoice_of, rows
from shared.books.spellings import MatchKey, customer_keys, invoice_keys, lookup_keys
from shared.core.phone import phone_hash
from shared.matching.candidates import extra_keys, said_name
from shared.matching.model import InvoiceFacts
from shared.matching.names import name_words
from shared.matching.policy import AllocationRules, allocate
from shared.matching.reference import readings, spellings

KEY_KINDS = ("number", "number_del", "account", "phone", "tail", "name")
COMMON = 60
"""As in the product: a key that leads to more is no clue."""
RULES = AllocationRules()
POST_FROM = 0.5
STRINGS = pa.list_(pa.string())
TABLE = pa.schema(
    [("unique_id", pa.string()), ("cents", pa.int64()), ("day", pa.int64()), ("customer_id", pa.string())]
    + [(name, STRINGS) for name in (*KEY_KINDS, "whole", "serial", "words")]
)


def by_kind(keys: Iterable[MatchKey]) -> dict[str, list[str]]:
    """Keys as one array a kind; kinds that the peer has no rule for are left out."""
    arrays: dict[str, list[str]] = {kind: [] for kind in KEY_KINDS}
    for kind, value in keys:
        if kind in arrays:
            arrays[kind].append(value)
    return {kind: list(dict.fromkeys(values)) for kind, values in arrays.items()}


def day(text: str) -> int:
    return datetime.fromisoformat(text).toordinal()


Pair = tuple[str, str, str, float]
"""A payment, an invoice, its customer, and the probability."""


class Books:
    """A data set as Splink sees it: one record an invoice (with its customer) and one a payment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.customers = {row["customer_id"]: row for row in rows(str(folder / "customers.jsonl"))}
        self.extra: dict[str, list[str]] = {}
        for row in rows(str(folder / "history.jsonl")):
            number = row["msisdn"] or ""
            if row["customer_id"] and row["links"] and "*" not in number and number:
                hashed = number if len(number) == 64 else phone_hash(number)
                self.extra.setdefault(row["customer_id"], []).append(hashed)
        self.rows = list(rows(str(folder / "invoices.jsonl")))
        self.payments = [
            row
            for row in rows(str(folder / "payments.jsonl"))
            if row["type"] == "payment" and row["trans_id"]
        ]

    def invoice_table(self) -> Any:
        owners = {who: self._customer(row) for who, row in self.customers.items()}
        records = [self._invoice(row, owners[row["customer_id"]]) for row in self.rows]
        return pa.Table.from_pylist(_without_common(records), schema=TABLE)

    def _customer(self, row: dict[str, Any]) -> dict[str, Any]:
        arrays = by_kind(customer_keys({**row, "account_no": row["account_no"] or ""}))
        arrays["phone"] = list(dict.fromkeys([*arrays["phone"], *self.extra.get(row["customer_id"], [])]))
        return {**arrays, "words": list(dict.fromkeys(name_words(row["name"])))}

    def _invoice(self, row: dict[str, Any], owner: dict[str, Any]) -> dict[str, Any]:
        own = by_kind(invoice_keys(row["number"]))
        forms = spellings(row["number"])
        return {
            **owner,
            "number": own["number"],
            "number_del": own["number_del"],
            "unique_id": row["invoice_id"],
            "customer_id": row["customer_id"],
            "cents": row["opening_cents"],
            "day": day(row["issued_at"]),
            "whole": [digits for digits, whole in forms if whole],
            "serial": [digits for digits, _ in forms],
        }

    def payment_table(self, payments: Sequence[dict[str, Any]]) -> Any:
        return pa.Table.from_pylist([_payment(row) for row in payments], schema=TABLE)


def _payment(row: dict[str, Any]) -> dict[str, Any]:
    seen = facts(row)
    keys = lookup_keys(
        reference=seen.reference,
        narration=seen.narration,
        phone=seen.phone,
        masked=seen.masked,
        hashed=seen.phone_hash,
        name=said_name(seen),
    )
    typed = list(dict.fromkeys(r.digits for r in readings(f"{seen.reference} {seen.narration}") if r.digits))
    return {
        **by_kind([*keys, *extra_keys(seen)]),
        "unique_id": row["payment_id"],
        "customer_id": "",
        "cents": row["amount_cents"],
        "day": day(row["paid_at"]),
        "whole": typed,
        "serial": typed,
        "words": list(dict.fromkeys(name_words(said_name(seen) + " " + seen.reference))),
    }


def _without_common(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop keys that lead to too much, as the product does."""
    for kind in KEY_KINDS:
        counts: dict[str, set[str]] = {}
        what = "unique_id" if kind.startswith("number") else "customer_id"
        for record in records:
            for value in record[kind]:
                led = counts.setdefault(value, set())
                if len(led) <= COMMON:
                    led.add(record[what])
        common = {value for value, led in counts.items() if len(led) > COMMON}
        if common:
            for record in records:
                record[kind] = [value for value in record[kind] if value not in common]
    return records


def _any(column: str) -> str:
    return f"list_has_any({column}_l, {column}_r)"


def _none(column: str) -> str:
    return f"len({column}_l) = 0 or len({column}_r) = 0"


def _comparison(name: str, nothing: str, conditions: Sequence[str]) -> Any:
    steps = [levels.CustomLevel(condition) for condition in conditions]
    null = [levels.CustomLevel(nothing).configure(is_null_level=True)] if nothing else []
    return CustomComparison([*null, *steps, levels.ElseLevel()], output_column_name=name)


def settings() -> Any:
    """The model before training: the inputs are called a (invoices) and b (payments), so that a is left."""
    shared = "len(list_intersect(words_l, words_r))"
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="unique_id",
        probability_two_random_records_match=0.0001,
        blocking_rules_to_generate_predictions=[block_on(k, arrays_to_explode=[k]) for k in KEY_KINDS],
        comparisons=[
            _comparison("reference", _none("whole"), [_any("whole"), _any("serial"), _any("number_del")]),
            _comparison("account", _none("account"), [_any("account")]),
            _comparison("phone", _none("phone") + " and " + _none("tail"), [_any("phone"), _any("tail")]),
            _comparison("names", _none("words"), [f"{shared} >= 3", f"{shared} = 2", f"{shared} = 1"]),
            _comparison(
                "amount",
                "",
                [
                    "abs(cents_l - cents_r) <= 100",
                    "cents_l > cents_r and (cents_l - cents_r) * 1000 <= 70 * cents_l",
                    "cents_l > cents_r",
                    "cents_l > 0",
                ],
            ),
            _comparison(
                "time",
                "",
                ["day_r - day_l between 0 and 14", "day_r - day_l between 15 and 45", "day_r - day_l > 45"],
            ),
        ],
        additional_columns_to_retain=["customer_id"],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


class Peer:
    """A linker over one data set; ``model`` is a trained one."""

    def __init__(self, invoices: Any, payments: Any, model: Any) -> None:
        self.api = DuckDBAPI()
        self.asked = 0
        self.invoices = self.api.register(invoices, dataset_display_name="a")
        self.payments = self.api.register(payments, dataset_display_name="b")
        self.linker = Linker([self.invoices, self.payments], model, log_level=None)

    def train(self, folder: Path) -> dict[str, Any]:
        """The model's settings after u by sampling and m from true labels."""
        pairs = [
            {
                "source_dataset_l": "a",
                "unique_id_l": invoice,
                "source_dataset_r": "b",
                "unique_id_r": row["payment_id"],
            }
            for row in rows(str(folder / "truth.jsonl"))
            for invoice, cents in row["links"]
            if cents > 0
        ]
        self.linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        labels = self.api.register(pa.Table.from_pylist(pairs))
        self.linker.training.estimate_m_from_pairwise_labels(labels)
        trained: dict[str, Any] = self.linker.misc.save_model_to_json()
        return trained

    def pairs(self) -> list[Pair]:
        """The scored pairs of the whole batch."""
        return self._read(self.linker.inference.predict(threshold_match_probability=0.01))

    def alone(self, payment: Any) -> list[Pair]:
        """The same for one payment against the whole book."""
        self.asked += 1
        one = self.api.register(payment, dataset_display_name="b", table_name=f"one_{self.asked}")
        return self._read(
            self.linker.inference.predict_between(self.invoices, one, threshold_match_probability=0.01)
        )

    def _read(self, found: Any) -> list[Pair]:
        table = self.api.duckdb_con.sql(
            "SELECT unique_id_r, unique_id_l, customer_id_l, match_probability "  # noqa: S608 - our own name
            f"FROM {found.physical_name}"
        )
        return list(table.fetchall())


class Ledger:
    """Balances of one data set, and the policy that spends a payment on them."""

    def __init__(self, books: Books) -> None:
        self.open: dict[str, dict[str, InvoiceFacts]] = {}
        for row in books.rows:
            self.open.setdefault(row["customer_id"], {})[row["invoice_id"]] = invoice_of(row)

    def post(self, row: dict[str, Any], pairs: Sequence[Pair]) -> list[list[Any]]:
        """Credit the best customer's invoices; nothing when nobody is likely enough."""
        chance: dict[str, float] = {}
        for _, _, who, probability in pairs:
            chance[who] = max(chance.get(who, 0.0), probability)
        ranked = sorted(chance.values(), reverse=True)
        if not ranked or ranked[0] * (1 - (ranked[1] if len(ranked) > 1 else 0)) < POST_FROM:
            return []
        best = max(chance, key=lambda who: (chance[who], who))
        own = self.open[best]
        issued = [i for i in own.values() if i.issued_on <= row["received_at"]]
        typed = {r.digits for r in readings(f"{row['bill_ref'] or ''} {row['narration'] or ''}")}
        named = frozenset(
            i
            for _, i, who, _ in pairs
            if who == best and typed & {digits for digits, _ in spellings(own[i].number)}
        )
        allocation = allocate(issued, named, row["amount_cents"], RULES)
        for link in allocation.links:
            invoice = own[link.invoice_id]
            rest = invoice.balance_cents - link.cents - link.written_off_cents
            own[link.invoice_id] = replace(invoice, balance_cents=rest)
        return [[link.invoice_id, link.cents] for link in allocation.links]


def trained(folder: Path) -> dict[str, Any]:
    """The model of a developers' set, kept beside it."""
    kept = folder / "splink.json"
    if not kept.exists():
        books = Books(folder)
        peer = Peer(books.invoice_table(), books.payment_table(books.payments), settings())
        kept.write_text(json.dumps(peer.train(folder)))
    model: dict[str, Any] = json.loads(kept.read_text())
    return model


def run(folder: Path, train: Path, alone: int) -> dict[str, Any]:
    """Everything measured, in seconds and payments a second."""
    model = trained(train)
    began, spent = time.perf_counter(), time.process_time()
    books = Books(folder)
    invoices, payments = books.invoice_table(), books.payment_table(books.payments)
    peer = Peer(invoices, payments, model)
    spelt = time.perf_counter()
    pairs = peer.pairs()
    predicted = time.perf_counter()
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(pair[0], []).append(pair)
    ledger = Ledger(books)
    links = {row["payment_id"]: ledger.post(row, found.get(row["payment_id"], ())) for row in books.payments}
    ended, used = time.perf_counter(), time.process_time()
    step = max(1, len(books.payments) // max(1, alone))
    times = [_one(peer, books, row) for row in books.payments[::step][:alone]]
    return {
        "splink_payments": len(books.payments),
        "splink_payments_per_s": round(len(books.payments) / (ended - began), 1),
        "splink_per_cpu_s": round(len(books.payments) / (used - spent), 1),
        "splink_load_s": round(spelt - began, 2),
        "splink_predict_s": round(predicted - spelt, 2),
        "splink_post_s": round(ended - predicted, 2),
        "splink_pairs": len(pairs),
        "splink_right": _right(folder, links),
        "splink_single_s": sorted(wall for wall, _ in times),
        "splink_single_cpu_s": sorted(cpu for _, cpu in times),
    }


def _one(peer: Peer, books: Books, row: dict[str, Any]) -> tuple[float, float]:
    began, spent = time.perf_counter(), time.process_time()
    peer.alone(books.payment_table([row]))
    return time.perf_counter() - began, time.process_time() - spent


def _right(folder: Path, links: dict[str, list[list[Any]]]) -> float:
    """The share of payments with links that were linked exactly right: whether the peer was set up well."""
    wanted = {r["payment_id"]: r["links"] for r in rows(str(folder / "truth.jsonl")) if r["links"]}
    due = [who for who in wanted if who in links]
    right = sum(dict(links[who]) == dict(wanted[who]) for who in due)
    return round(right / max(1, len(due)), 3)


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.splink_peer", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--train", type=Path, required=True, help="a developers' set with truth.jsonl")
    parser.add_argument("--alone", type=int, default=40, help="payments that are matched alone")
    args = parser.parse_args()
    print(json.dumps(run(args.data, args.train, args.alone)))


if __name__ == "__main__":
    sys.exit(main())
