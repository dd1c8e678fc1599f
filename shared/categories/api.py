"""Filing over HTTP: categories, a proposal, a correction that teaches, and the business's own categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from shared.categories.changes import page_of_changes
from shared.categories.codes import CODES, NAMES, NOT_COSTS
from shared.categories.custom import change, customs, define, resolve
from shared.categories.places import EXPENSES, PAYEES, RECEIPTS, TRANSACTIONS
from shared.categories.ports import Ports
from shared.categories.views import (
    CategoriesView,
    CategoryView,
    ChangeView,
    FiledView,
    HintView,
    LikelyView,
    OwnCategory,
    OwnChanges,
    PayeeView,
    ProposalView,
    What,
    Word,
)
from shared.core.clock import EAT
from shared.core.errors import FieldError, Invalid
from shared.http import MANAGERS, READERS, WRITERS, Api, Args, Call, ListView, Reply, page_view
from shared.store import Doc, Key, Query, Tx

PATH = "/v1/categories"
P = TypeVar("P", bound=Ports)


class FileReceipt(Protocol):
    """Says what a receipt was for, in the receipt's own history; that room is above this one."""

    def __call__(self, tx: Tx, receipt_id: str, category: str, *, actor: str, note: str = "") -> Doc: ...


@dataclass(frozen=True, slots=True)
class Routes:
    """The handlers that need the room of receipts."""

    file_receipt: FileReceipt

    def correct(self, call: Call[Ports], body: Word) -> FiledView:
        """The record, its expense and the memory of its payee follow in one commit.

        The next line of the same payee is then filed so; a line that names nobody teaches nothing.
        """
        _one_of(body)
        return call.ports.outbox.run(call.business, lambda tx: self._correct(tx, body, call.actor.user))

    def _correct(self, tx: Tx, body: Word, actor: str) -> FiledView:
        from shared.categories import filing

        given = {"actor": actor, "note": body.note}
        if body.line is not None:
            subject = body.line.subject()
            choice = filing.correct_text(tx, subject, body.category, **given)
            return FiledView(
                category=choice.category,
                custom_category=choice.custom,
                subject="text",
                learnt=bool(subject.marks),
            )
        if body.receipt_id:
            doc = self.file_receipt(tx, body.receipt_id, body.category, **given)
            filed = filing.by_person(resolve(tx, body.category))
            subject = filing.receipt_subject(doc.data)
        elif body.transaction_id:
            doc = filing.correct_line(tx, body.transaction_id, body.category, **given)
            filed, subject = filing.filing_of(doc.data), filing.line_subject(doc.data)
        else:
            doc = filing.correct_expense(tx, body.expense_id or "", body.category, **given)
            filed, subject = filing.filing_of(doc.data), filing.expense_subject(doc.data)
        return FiledView(
            category=filed.category,
            custom_category=filed.custom_category,
            subject=doc.id,
            learnt=bool(subject.marks),
        )


def add_routes(api: Api[P], file_receipt: FileReceipt) -> None:
    """Put these routes beside those of receipts: the same function serves both."""
    api.get(
        PATH, roles=READERS, returns=CategoriesView, summary="List the categories of money that goes out"
    )(list_categories)
    api.post(
        f"{PATH}/propose", roles=READERS, body=What, returns=ProposalView, summary="Ask what a line was for"
    )(propose_category)
    api.post(
        f"{PATH}/correct", roles=WRITERS, body=Word, returns=FiledView, summary="Say what a line was for"
    )(_named(Routes(file_receipt).correct, "correct_category"))
    api.get(
        f"{PATH}/payees", roles=READERS, query=Args, lists=PayeeView, summary="List what payees are known for"
    )(list_payees)
    api.delete(f"{PATH}/payees/{{payee_id}}", roles=MANAGERS, status=204, summary="Forget a payee")(
        forget_payee
    )
    api.get(
        f"{PATH}/changes",
        roles=READERS,
        query=Args,
        lists=ChangeView,
        summary="List who filed what, latest first",
    )(list_category_changes)
    api.post(
        PATH,
        roles=MANAGERS,
        body=OwnCategory,
        returns=CategoryView,
        status=201,
        idempotent=True,
        summary="Define a category of your own",
    )(define_category)
    api.patch(
        f"{PATH}/{{code}}",
        roles=MANAGERS,
        body=OwnChanges,
        returns=CategoryView,
        summary="Rename or close a category of your own",
    )(change_category)


def _named(
    method: Callable[[Call[Ports], Word], FiledView], name: str
) -> Callable[[Call[Ports], Word], FiledView]:
    def handler(call: Call[Ports], body: Word) -> FiledView:
        return method(call, body)

    handler.__name__, handler.__doc__ = name, method.__doc__
    return handler


def list_categories(call: Call[Ports]) -> CategoriesView:
    """The 24 with their hints for VAT and withholding tax, then the business's own."""
    from shared.categories.hints import ADVICE, hint_of

    today = call.ports.clock.now().astimezone(EAT).date()

    def hint(code: str) -> HintView | None:
        found = hint_of(code, today)
        if found is None:
            return None
        return HintView(
            vat=found.vat,
            withhold_milli=found.withhold_milli,
            text=found.text,
            since=found.since.isoformat(),
            checked=found.checked,
            advice=ADVICE,
        )

    usual = [
        CategoryView(
            code=code, name=NAMES[code], within=code, own=False, cost=code not in NOT_COSTS, hint=hint(code)
        )
        for code in CODES
    ]
    own = [_own_view(doc, hint(doc.data["within"])) for doc in customs(call.ports.store, call.business)]
    return CategoriesView(data=[*usual, *own])


def define_category(call: Call[Ports], body: OwnCategory) -> CategoryView:
    """It lies within one of the 24 for good, so that figures of the past stay as they are."""
    answer = call.ports.store.transaction(
        call.business,
        lambda tx: _own_view(define(tx, body.code, body.name, body.within)).model_dump(mode="json"),
        once=call.once,
    )
    return CategoryView.model_validate(answer)


def change_category(call: Call[Ports], body: OwnChanges) -> CategoryView:
    """A closed category is offered no more; what was filed under it stays."""
    code = call.path["code"]
    return _own_view(
        call.ports.store.transaction(
            call.business, lambda tx: change(tx, code, name=body.name, open_=body.open)
        )
    )


def propose_category(call: Call[Ports], body: What) -> ProposalView:
    """By the memory of your payees first, then by known numbers, words and a model."""
    from shared.categories import filing
    from shared.categories.decide import propose

    store, business = call.ports.store, call.business
    _one_of(body)
    if body.line is not None:
        subject = body.line.subject()
    elif body.transaction_id:
        subject = filing.line_subject(store.require(business, Key(TRANSACTIONS, body.transaction_id)).data)
    elif body.receipt_id:
        subject = filing.receipt_subject(store.require(business, Key(RECEIPTS, body.receipt_id)).data)
    else:
        subject = filing.expense_subject(store.require(business, Key(EXPENSES, body.expense_id or "")).data)
    said = propose(subject, lambda keys: store.get_many(business, keys))
    return ProposalView(
        category=said.category,
        custom_category=said.custom,
        confidence_milli=said.confidence_milli,
        source=said.source,
        reason=said.reason,
        top3=[LikelyView(category=code, confidence_milli=milli) for code, milli in said.top3],
        model_version=said.model_version,
    )


def list_payees(call: Call[Ports]) -> ListView[PayeeView]:
    """What corrections taught, the latest first."""
    page = call.ports.store.query(
        call.business, Query(PAYEES, (), "-told_at", call.args.limit, call.args.cursor)
    )
    return page_view(page, _payee_view)


def forget_payee(call: Call[Ports]) -> Reply:
    """Its next line is filed as a stranger's; what was filed stays."""
    key = Key(PAYEES, call.path["payee_id"])

    def forget(tx: Tx) -> None:
        tx.require(key)
        tx.delete(key)

    call.ports.store.transaction(call.business, forget)
    return Reply(None, status=204)


def list_category_changes(call: Call[Ports]) -> ListView[ChangeView]:
    """Nothing of it is ever rewritten."""
    page = page_of_changes(call.ports.store, call.business, limit=call.args.limit, cursor=call.args.cursor)
    return page_view(page, _change_view)


def _one_of(body: What) -> None:
    given = [
        one for one in (body.line, body.transaction_id, body.receipt_id, body.expense_id) if one is not None
    ]
    if len(given) != 1:
        fault = FieldError("/", "exactly one of line, transaction_id, receipt_id and expense_id")
        raise Invalid("subject_unclear", "say what is meant", [fault])


def _own_view(doc: Doc, hint: HintView | None = None) -> CategoryView:
    within = doc.data["within"]
    return CategoryView(
        code=doc.id,
        name=doc.data["name"],
        within=within,
        own=True,
        open=doc.data["open"],
        cost=within not in NOT_COSTS,
        hint=hint,
    )


def _payee_view(doc: Doc) -> PayeeView:
    data = doc.data
    return PayeeView(
        id=doc.id,
        mark=data["mark"],
        category=data["category"],
        custom_category=data["custom"],
        told=data["told"],
        told_at=data["told_at"],
    )


def _change_view(doc: Doc) -> ChangeView:
    data = doc.data
    return ChangeView(
        id=doc.id,
        subject=data["subject"],
        before=data["before"],
        category=data["category"],
        custom_category=data["custom"],
        by=data["by"],
        at=data["at"],
        note=data["note"],
    )
