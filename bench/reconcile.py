"""The matching engine behind the replay protocol of the reconciliation scorer (JSON lines on stdin/stdout).

    python -m bench.reconcile [--store memory|sqlite] [--model trees-1] [--auto-milli 0]
    python -m bench.reconcile --throughput [--invoices N]

One object a line: ``start`` names the data files, ``payment`` asks for a prediction, ``feedback`` tells what
a person decided about a reviewed payment, ``end`` stops. Only what the product would know is used: invoices
appear when they are issued, balances follow our own postings and the feedback.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from bench.reconcile_lines import answer, facts, invoice_of, rows
from shared.matching.candidates import gather
from shared.matching.decide import DecisionRules, asks_nobody, decide
from shared.matching.identity import payer_key
from shared.matching.memory import MemoryLookup
from shared.matching.model import Case, CustomerFacts, Decision, Link, PaymentFacts
from shared.matching.policy import take_back, write_off


class Replay:
    """The books of one run: what is issued, open, posted, learned and waiting."""

    def __init__(
        self, rules: DecisionRules, watch: Callable[[Case, Decision], None] = lambda case, decision: None
    ) -> None:
        self.rules = rules
        self.watch = watch
        self.books = MemoryLookup()
        self.owner: dict[str, str] = {}
        self.later: list[dict[str, Any]] = []
        self.posted: dict[str, list[Link]] = {}
        self.seen: set[str] = set()
        self.waiting: dict[str, tuple[PaymentFacts, dict[str, Any], tuple[str, ...]]] = {}

    def start(self, message: dict[str, Any]) -> dict[str, Any]:
        """Read master data, and learn payers from confirmed history."""
        for row in rows(message["customers"]):
            phones = tuple(row["phones"])
            self.books.add_customer(
                CustomerFacts(row["customer_id"], row["name"], phones, row["account_no"] or "")
            )
        self.later = sorted(rows(message["invoices"]), key=lambda row: row["issued_at"], reverse=True)
        self.owner = {row["invoice_id"]: row["customer_id"] for row in self.later}
        for row in rows(message["history"]):
            self.seen.add(row["trans_id"])
            if row["customer_id"] and row["type"] == "payment" and row["links"]:
                self.learn(facts(row), row["customer_id"])
            links = [Link(i, "", cents) for i, cents in row["links"] if cents > 0]
            self.posted.setdefault(row["trans_id"], links)
        return {"ready": True}

    def learn(self, payment: PaymentFacts, customer_id: str) -> None:
        self.books.remember(payer_key(payment), customer_id)

    def issue(self, now: str) -> None:
        """Make invoices known that were issued by now."""
        while self.later and self.later[-1]["issued_at"] <= now:
            row = self.later.pop()
            self.books.add_invoice(invoice_of(row))

    def payment(self, row: dict[str, Any]) -> dict[str, Any]:
        """Predict one payment and post it where the engine is sure."""
        self.issue(row["received_at"])
        if row["type"] == "reversal":
            return self.reversal(row)
        if row["trans_id"] in self.seen:
            return answer(row, [], "none", 1.0)
        self.seen.add(row["trans_id"])
        payment = facts(row)
        case = gather(self.books, payment, self.rules.allocation)
        decision = decide(case, self.rules)
        self.watch(case, decision)
        links = [[link.invoice_id, link.cents] for link in decision.links]
        confidence = decision.confidence_milli / 1000
        if decision.verdict == "auto":
            self.post(row["trans_id"], decision.links)
            if decision.named:
                self.learn(payment, decision.customer_id)
        elif not asks_nobody(decision):
            self.waiting[payment.id] = (payment, row, decision.may_be)
            self.books.hold(decision.may_be, payment.id)
            # a stranger's money gets a review item in the product: a person is asked
            return answer(row, links, "review", confidence, decision)
        return answer(row, links, decision.verdict, confidence, decision)

    def reversal(self, row: dict[str, Any]) -> dict[str, Any]:
        """Take back exactly what the reversed payment was credited with; without its id a person decides."""
        original = row["reverses"]
        if row["trans_id"] in self.seen:
            return answer(row, [], "none", 1.0)
        self.seen.add(row["trans_id"])
        unsettled = {waiting["trans_id"] for _, waiting, _ in self.waiting.values()}
        if original not in self.posted or original in unsettled:
            self.waiting[row["payment_id"]] = (facts(row), row, ())
            return answer(row, [], "review", 0.0)
        back = take_back(self.posted[original], row["amount_cents"])
        for link in back:
            self.books.change_balance(link.invoice_id, -link.cents + self.let_go(original, link))
        links = [[link.invoice_id, link.cents] for link in back]
        return answer(row, links, "auto" if links else "none", 0.999)

    def let_go(self, trans_id: str, back: Link) -> int:
        """What was written off with a link comes back with it."""
        return sum(k.written_off_cents for k in self.posted[trans_id] if k.invoice_id == back.invoice_id)

    def post(self, trans_id: str, links: tuple[Link, ...] | list[Link]) -> None:
        self.posted[trans_id] = list(links)
        for link in links:
            self.books.change_balance(link.invoice_id, -link.cents - link.written_off_cents)

    def feedback(self, message: dict[str, Any]) -> None:
        """Post what a person decided, learn the payer, and let go of the hold."""
        payment, row, may_be = self.waiting.pop(message["payment_id"])
        self.books.release(may_be, payment.id)
        if row["type"] == "reversal":
            for invoice_id, cents in message["links"]:
                self.books.change_balance(invoice_id, -cents)
            return
        self.post(row["trans_id"], [self.manual(invoice_id, cents) for invoice_id, cents in message["links"]])
        if message["customer_id"] and message["links"]:
            self.learn(payment, message["customer_id"])

    def manual(self, invoice_id: str, cents: int) -> Link:
        """A person's link, with the write-off that the business's policy gives it."""
        known = self.books.invoices([invoice_id])
        if not known:
            return Link(invoice_id, "", cents)
        rest = max(0, known[0].balance_cents - cents)
        return Link(invoice_id, known[0].number, cents, write_off(known[0], rest, self.rules.allocation)[0])


def _replay(store: str, rules: DecisionRules) -> Any:
    if store == "sqlite":
        from bench.reconcile_store import StoreReplay

        return StoreReplay(rules)
    return Replay(rules)


def main(argv: list[str] | None = None) -> int:
    """Serve the protocol until ``end``, or with ``--throughput`` measure speed (bench/reconcile_speed.py)."""
    if "--throughput" in (sys.argv[1:] if argv is None else argv):
        from bench.reconcile_speed import main as measure

        return measure(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--auto-milli", type=int, default=0, help="least confidence to post; 0: the model's own"
    )
    parser.add_argument("--model", default="", help="a version of shared/matching/judges.py")
    parser.add_argument("--store", choices=("memory", "sqlite"), default="memory", help="where the books are")
    options = parser.parse_args(argv)
    replay = _replay(options.store, DecisionRules(auto_milli=options.auto_milli, model=options.model))
    counts: dict[str, int] = {}
    for line in sys.stdin:
        message = json.loads(line)
        if message["event"] == "end":
            break
        if message["event"] == "feedback":
            replay.feedback(message)
            continue
        told = replay.start(message) if message["event"] == "start" else replay.payment(message["payment"])
        if "decision" in told:
            counts[told["decision"]] = counts.get(told["decision"], 0) + 1
        print(json.dumps(told), flush=True)
    print(json.dumps({"benchmark": "reconcile", "decisions": counts}), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
