"""An honest model of Safaricom: it never de-duplicates, it repeats, it forgets, and its ledger is true.

Every push prompts the payer again, whatever it carries (D3: no idempotency). A payment by push is announced
twice, by its callback and by a C2B notice. What the ledger holds is what was paid; the list shows it, sooner
or later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from shared.core.phone import mask
from shared.payments.gateways.daraja.client import DarajaGateway
from shared.payments.gateways.daraja.results import stk_result
from shared.payments.gateways.port import (
    Accepted,
    CollectRequest,
    Evidence,
    HintKind,
    InitiateAnswer,
    NoAnswer,
    Outcome,
    PayerHint,
    PayoutRequest,
    QueryAnswer,
    Registered,
    Rejected,
    Unknown,
)
from tests.simulation import bodies
from tests.simulation.bodies import Paid
from tests.simulation.faults import Faults
from tests.simulation.kernel import SECOND, Kernel, drawn
from tests.simulation.sender import Sender

Post = Callable[[str, bytes, int], None]
"""Post a body to an address after so many microseconds."""


@dataclass(slots=True)
class Prompt:
    """One prompt on one phone. ``code`` is how it ended, None while nobody has answered."""

    request_id: str
    request: CollectRequest
    code: int | None = None
    receipt: str = ""
    told_paid: bool = False
    told_failed: bool = False
    false_claim: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the true ledger; ``listed_from`` is when the list begins to show it."""

    receipt: str
    cents: int
    phone: str
    at: datetime
    account: str
    request_id: str
    listed_from: datetime


class Safaricom(DarajaGateway):
    """The Daraja gateway with phones, payers and a ledger in place of its transport.

    What it can do, how it reads what is posted to us and the ids it gives are the real gateway's.

    Args:
        payer: what the person with the phone does: a name of ``_BEHAVIOURS``, drawn for each prompt.
        till: the till number, "" for a paybill.
    """

    def __init__(  # noqa: PLR0917 - a world has one of each
        self, kernel: Kernel, faults: Faults, post: Post, shortcode: str, till: str, payer: Callable[[], str]
    ) -> None:
        self._kernel = kernel
        self._faults = faults
        self._random: Random = faults.random
        self._tell = post
        self._shortcode = till or shortcode
        self._till = till
        self._payer = payer
        self.prompts: dict[str, Prompt] = {}
        self.pushes: Counter[str] = Counter()
        self.ledger: dict[str, Row] = {}
        self.confirmation = ""
        self.sender = Sender(kernel, faults, post)
        self._outages: list[tuple[int, int]] = []

    # ---- the port
    def register(self, confirmation_url: str, validation_url: str, phone: str) -> Registered:
        self.confirmation = confirmation_url
        return Registered()

    def initiate(self, request: CollectRequest) -> InitiateAnswer:
        return self._kernel.step(f"push {request.attempt_id}", lambda: self._push(request))

    def query(self, request_id: str) -> QueryAnswer | NoAnswer:
        return self._kernel.step(f"ask {request_id}", lambda: self._answer(request_id))

    def list_since(self, since: datetime, until: datetime) -> list[Evidence] | NoAnswer:
        return self._kernel.step("list", lambda: self._list(since, until))

    def close(self) -> None:
        """Nothing is held."""

    def pay_out(self, request: PayoutRequest) -> InitiateAnswer:
        return self.sender.pay_out(request)

    def ask_status(self, request: PayoutRequest) -> InitiateAnswer:
        return self.sender.ask_status(request)

    @property
    def addresses(self) -> set[str]:
        """Where this provider was asked to post to."""
        prompted = {prompt.request.callback_url for prompt in self.prompts.values()}
        return {*prompted, *self.sender.addresses, self.confirmation}

    # ---- outages
    def outage(self, begin: int, end: int) -> None:
        """Nothing answers between two moments."""
        self._outages.append((begin, end))

    @property
    def _out(self) -> bool:
        return any(begin <= self._kernel.time < end for begin, end in self._outages)

    # ---- pushes
    def _push(self, request: CollectRequest) -> InitiateAnswer:
        if self._out or self._faults.hit("push_lost"):
            return Unknown("timeout")
        if self._faults.hit("push_refused"):
            return Rejected("400.002.02", "Bad Request - Invalid PhoneNumber")
        by = self._kernel.current.name.partition("#")[0] if self._kernel.current else ""
        for once in {request.attempt_id, by}:  # one prompt for an attempt, and one for the client's key
            self.pushes[once] += 1
            if self.pushes[once] > 1:
                self._kernel.broken(f"prompted twice for one request: {once}")
        prompt = Prompt(f"ws_CO_{len(self.prompts) + 1:04d}", request)
        self.prompts[prompt.request_id] = prompt
        self._kernel.at(drawn(self._random, 2, 25), lambda: self._payer_acts(prompt))
        if self._faults.hit("push_answer_lost"):
            return Unknown("timeout")
        return Accepted(prompt.request_id, "29115-34620561-1")

    def _payer_acts(self, prompt: Prompt) -> None:
        behaviour = self._payer()
        if behaviour == "pays":
            self._pays(prompt)
        elif behaviour == "nothing":
            pass  # the phone is off, and Safaricom never says so either
        else:
            self._fails(prompt, {"cancels": 1032, "poor": 1, "wrong_pin": 2001, "away": 1037}[behaviour])
        if behaviour == "away" and self._faults.hit("late_success"):
            self._kernel.at(drawn(self._random, 5, 400), lambda: self._pays(prompt))
        elif behaviour != "pays" and self._faults.hit("callback_false"):
            # on its own address somebody claims what nobody will pay: a claim proves nothing
            prompt.false_claim = True
            asked, now = prompt.request, self._kernel.true_now()
            false = Paid(f"FALSE{len(self.prompts):05d}", asked.amount_cents, asked.phone, now)
            body = bodies.stk_paid(prompt.request_id, false)
            self._tell(prompt.request.callback_url, body, drawn(self._random, 0, 60))

    def _fails(self, prompt: Prompt, code: int) -> None:
        prompt.code = code
        self._call_back(prompt, bodies.stk_failed(prompt.request_id, code))

    def _pays(self, prompt: Prompt) -> None:
        asked = prompt.request
        cents = asked.amount_cents
        if self._faults.hit("other_amount_moved"):
            cents = max(100, cents - 100 * self._random.randint(1, 5))
        row = self._book(cents, asked.phone, "" if self._till else asked.reference, prompt.request_id)
        prompt.receipt, prompt.code = row.receipt, 0
        paid = Paid(row.receipt, cents, asked.phone, row.at)
        body = bodies.stk_paid(prompt.request_id, paid)
        self._call_back(prompt, body)
        if self._faults.hit("callback_other_amount"):
            other = bodies.stk_paid(prompt.request_id, paid._replace(cents=cents + 100))
            self._tell(asked.callback_url, other, drawn(self._random, 0, 30))
        if not self._faults.hit("no_twin"):
            self._announce(row)

    def _call_back(self, prompt: Prompt, body: bytes) -> None:
        if self._faults.hit("callback_lost"):
            return
        url, delay = prompt.request.callback_url, drawn(self._random, 0.01, 3)
        if self._faults.hit("callback_late"):
            delay += drawn(self._random, 10, 1500)
        self._tell(url, body, delay)
        if self._faults.hit("callback_doubled"):
            self._tell(url, body, delay + drawn(self._random, 0, 300))
        if self._faults.hit("callback_garbled"):
            self._tell(url, body[: self._random.randrange(len(body))], drawn(self._random, 0, 60))
        if self._faults.hit("callback_forged"):
            self._tell(f"{url[:-4]}{'0000' if url[-4:] != '0000' else '1111'}", body, 0)

    # ---- money
    def pay_by_hand(self, phone: str, cents: int, account: str, *, announced: bool = True) -> Row:
        """A customer pays the shortcode from the phone's own menu."""
        row = self._book(cents, phone, "" if self._till else account, "")
        if announced:
            self._announce(row)
        return row

    def _book(self, cents: int, phone: str, account: str, request_id: str) -> Row:
        now = self._kernel.true_now()
        lag = drawn(self._random, 30, 1200) if self._faults.hit("listing_lags") else 0
        receipt = f"UC2{len(self.ledger) + 1:07d}"
        shown_at = now.replace(microsecond=0)
        row = Row(receipt, cents, phone, shown_at, account, request_id, now + timedelta(microseconds=lag))
        self.ledger[receipt] = row
        self._kernel.note(f"paid {receipt} {cents} {request_id or 'by hand'}")
        return row

    def _announce(self, row: Row) -> None:
        if self._faults.hit("notice_lost"):
            return
        shown = "hash" if self._random.random() < 0.4 else "masked"
        paid = Paid(row.receipt, row.cents, row.phone, row.at, row.account)
        body = bodies.notice(paid, self._shortcode, shown)
        self._tell(self.confirmation, body, drawn(self._random, 0.01, 6))
        if self._faults.hit("notice_doubled"):
            self._tell(self.confirmation, body, drawn(self._random, 0, 600))

    # ---- questions
    def _answer(self, request_id: str) -> QueryAnswer | NoAnswer:
        prompt = self.prompts.get(request_id)
        if prompt is None or self._out or self._faults.hit("query_silent"):
            return NoAnswer("500.001.1001")
        code = prompt.code
        if code is None:
            return NoAnswer("in_flight")
        if code == 0:
            if self.ledger[prompt.receipt].cents != prompt.request.amount_cents:
                return NoAnswer("500.001.1001")  # it says paid only of what was asked for
            if self._faults.hit("query_contradicts"):
                code = 1032  # seen on the sandbox: failed, beside a callback with a receipt
                prompt.told_failed = True
        return QueryAnswer(_query(request_id, code, self._shortcode))

    def _list(self, since: datetime, until: datetime) -> list[Evidence] | NoAnswer:
        if self._out or self._faults.hit("listing_fails"):
            return NoAnswer("500.003.02")
        now = self._kernel.true_now()
        last = until + timedelta(seconds=1)
        rows = [row for row in self.ledger.values() if since <= row.at <= last and row.listed_from <= now]
        return [_listed(row, self._shortcode) for row in rows]

    def truth(self, money_id: str) -> Row | None:
        """What was really paid under a receipt number or a request id; None for money that never was."""
        prompt = self.prompts.get(money_id)
        return self.ledger.get(prompt.receipt if prompt is not None else money_id)


def _query(request_id: str, code: int, shortcode: str) -> Evidence:
    result = stk_result(code)
    return Evidence(
        "mpesa",
        "query",
        result.outcome,
        result.code,
        request_id=request_id,
        shortcode=shortcode,
        failure=result.failure,
    )


def _listed(row: Row, shortcode: str) -> Evidence:
    return Evidence(
        provider="mpesa",
        kind="pull",
        outcome=Outcome.SUCCESS,
        code="0",
        receipt=row.receipt,
        amount_cents=row.cents,
        payer=PayerHint(HintKind.MASKED, mask(row.phone), "PAYER"),
        account=row.account,
        shortcode=shortcode,
        at=row.at,
    )


__all__ = ["SECOND", "Prompt", "Row", "Safaricom"]
