"""Where money goes once it is known whose it is and which invoices were named. A written rule, never learned.

* Named open invoices are paid oldest due first. When the amount exceeds them, but named plus further open
  invoices (five in all) sum to it exactly, that group is paid.
* With nothing open named: an open invoice with exactly this balance; else the smallest exact group of two to
  five among the twelve oldest; else, unless a closed invoice was named, oldest due first.
* Any excess stays on the customer's account. "Exactly" is within one shilling: M-Pesa takes whole shillings.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.matching.model import Allocation, Fit, InvoiceFacts, Link, Step

GROUP_MOST, GROUP_AMONG = 5, 12


@dataclass(frozen=True, slots=True)
class AllocationRules:
    """Tolerances of one business: cents, and shares in per mille.

    ``withholding_milli`` are shares of the net (total / 1.16) that a payer may keep back for the tax office.
    """

    exact_cents: int = 100
    writeoff_cents: int = 12_000
    writeoff_milli: int = 20
    withholding_milli: tuple[int, ...] = (20, 50, 70)
    foreign_milli: int = 30


def allocate(
    opened: Iterable[InvoiceFacts], named: frozenset[str], amount_cents: int, rules: AllocationRules
) -> Allocation:
    """Split an amount over a customer's open invoices; ``named`` are invoice ids, open or closed."""
    queue = sorted((i for i in opened if i.balance_cents > 0), key=lambda i: (i.due_date, i.issued_on, i.id))
    wanted = [i for i in queue if i.id in named]
    if wanted:
        return _named(wanted, queue, amount_cents, rules)
    for size in range(1, GROUP_MOST + 1):
        if group := _group((), queue, amount_cents, rules, size):
            return _credit(group, amount_cents, rules, "exact" if size == 1 else "group")
    if named:
        return Allocation((), "closed", "nothing", amount_cents)
    if not queue:
        return Allocation((), "nothing_open", "nothing", amount_cents)
    return _credit(queue, amount_cents, rules, "oldest")


def _named(
    wanted: Sequence[InvoiceFacts], queue: Sequence[InvoiceFacts], amount: int, rules: AllocationRules
) -> Allocation:
    if amount > sum(i.balance_cents for i in wanted) + rules.exact_cents and not _exact(
        wanted, amount, rules
    ):
        rest = [i for i in queue if i not in wanted]
        for size in range(len(wanted) + 1, GROUP_MOST + 1):
            if group := _group(wanted, rest, amount, rules, size):
                return _credit(group, amount, rules, "named_group")
    return _credit(wanted, amount, rules, "named")


def _exact(invoices: Sequence[InvoiceFacts], amount: int, rules: AllocationRules) -> bool:
    balance = sum(i.balance_cents for i in invoices)
    if any(i.foreign for i in invoices):
        return len(invoices) == 1 and abs(amount - balance) * 1000 <= rules.foreign_milli * balance
    return abs(amount - balance) <= rules.exact_cents


def _group(
    must: Sequence[InvoiceFacts],
    others: Sequence[InvoiceFacts],
    amount: int,
    rules: AllocationRules,
    size: int,
) -> list[InvoiceFacts] | None:
    """The first exact group of ``size`` that holds ``must``, oldest due first."""
    among, more = others[:GROUP_AMONG], size - len(must)
    if any(i.foreign for i in (*must, *among)):
        groups = ([*must, *extra] for extra in itertools.combinations(among, more))
        return next((chosen for chosen in groups if _exact(chosen, amount, rules)), None)
    rest = amount - sum(i.balance_cents for i in must)
    balances = [i.balance_cents for i in among]
    if not _within_reach(balances, more, rest, rules.exact_cents):
        return None
    for places in itertools.combinations(range(len(among)), more):
        if abs(rest - sum([balances[k] for k in places])) <= rules.exact_cents:
            return [*must, *(among[k] for k in places)]
    return None


def _within_reach(balances: Sequence[int], count: int, rest: int, exact: int) -> bool:
    """Whether ``count`` of the balances can sum to the rest at all: between their least and their most."""
    if count > len(balances):
        return False
    ordered = sorted(balances)
    return sum(ordered[:count]) - exact <= rest <= sum(ordered[len(ordered) - count :]) + exact


def _credit(invoices: Sequence[InvoiceFacts], amount: int, rules: AllocationRules, step: Step) -> Allocation:
    foreign = any(i.foreign for i in invoices)
    links: list[Link] = []
    fit: Fit = "exact"
    rest = amount
    for invoice in sorted(invoices, key=lambda i: (i.due_date, i.issued_on, i.id)):
        cents = min(rest, invoice.balance_cents)
        if foreign and len(invoices) == 1 and _exact(invoices, amount, rules):
            cents = (
                rest  # at the payer's own rate: what it is worth is settled, whatever the books' rate says
            )
        if cents <= 0:
            break
        rest -= cents
        written_off, fit = write_off(invoice, max(0, invoice.balance_cents - cents), rules)
        links.append(Link(invoice.id, invoice.number, cents, written_off))
    if rest >= rules.exact_cents:
        fit = "over"
    elif fit == "exact" and step == "named" and len(links) < len(invoices):
        fit = "part"
    return Allocation(tuple(links), step, fit, rest, foreign)


def write_off(invoice: InvoiceFacts, rest: int, rules: AllocationRules) -> tuple[int, Fit]:
    """What of an unpaid rest is let go, and why: shillings, a deducted charge, tax withheld; else a part."""
    if rest == 0:
        return 0, "exact"
    if rest < rules.exact_cents:
        return rest, "short_shillings"
    if any(abs(rest * 1160 - share * invoice.total_cents) <= 116_000 for share in rules.withholding_milli):
        return rest, "short_tax"
    if rest <= rules.writeoff_cents and rest * 1000 <= rules.writeoff_milli * invoice.total_cents:
        return rest, "short_fee"
    if invoice.foreign and rest * 1000 <= rules.foreign_milli * invoice.total_cents:
        return rest, "short_fee"
    return 0, "part"


def take_back(links: Sequence[Link], cents: int) -> tuple[Link, ...]:
    """The links of a reversal: ``cents`` come back from the last credited invoice backwards, negative."""
    back: list[Link] = []
    for link in reversed(links):
        part = min(cents, link.cents)
        if part > 0:
            back.append(Link(link.invoice_id, link.number, -part))
            cents -= part
    return tuple(back)
