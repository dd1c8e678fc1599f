"""A correction is known at once, in its own business alone, and can be taken back."""

from __future__ import annotations

from itertools import count

import pytest
from categories_world import BUSINESS, OTHER, Client, Desk
from hypothesis import given
from hypothesis import strategies as st

from shared.categories.codes import CODES
from shared.categories.decide import propose
from shared.categories.memory import recall, teach, unteach
from shared.categories.places import PAYEES
from shared.categories.subject import Subject
from shared.store import Key, Query, Store

_RUN = count()
LINES = (
    "Merchant Payment to 529144 - NYOTA TRADERS GITHURAI",
    "Pay Bill to 247247 Acc. 01104512233 ZAWADI",
    "Sent to MAMA NJERI 2547******402",
    "NYOTA BLUE SPRINGS",
)


@pytest.mark.parametrize("text", LINES)
def test_a_correction_teaches_the_next_line_of_the_payee(client: Client, text: str) -> None:
    assert client.propose(text)["source"] != "memory"
    filed = client.correct("rent", line={"text": text})
    assert (filed["category"], filed["learnt"], filed["subject"]) == ("rent", True, "text")
    said = client.propose(text)
    assert (said["category"], said["source"], said["top3"][0]["category"]) == ("rent", "memory", "rent")
    assert said["confidence_milli"] >= 950
    assert client.propose(text, business=OTHER)["source"] != "memory"


def test_the_latest_word_counts_and_a_changed_mind_is_less_sure(client: Client) -> None:
    text = LINES[0]
    client.correct("rent", line={"text": text})
    client.correct("stock_cogs", line={"text": text})
    said = client.propose(text)
    assert (said["category"], said["confidence_milli"]) == ("stock_cogs", 500)
    for _ in range(8):
        client.correct("stock_cogs", line={"text": text})
    assert client.propose(text)["confidence_milli"] > 850


def test_a_line_that_names_nobody_teaches_nothing(client: Client, desk: Desk) -> None:
    assert client.correct("rent", line={"text": "CHEQUE NO 88"})["learnt"] is False
    assert desk.store.all(BUSINESS, Query(PAYEES, (), "told_at")) == []


def test_what_was_taught_is_listed_and_forgotten(client: Client) -> None:
    client.correct("rent", line={"text": LINES[3]}, note="the spring water stall")
    _, page = client("GET", "/v1/categories/payees")
    payee = page["data"][0]
    assert (payee["mark"], payee["category"], payee["told"]) == (
        "name nyota blue springs",
        "rent",
        {"rent": 1},
    )
    assert client("DELETE", f"/v1/categories/payees/{payee['id']}", business=OTHER)[0] == 404
    assert client("DELETE", f"/v1/categories/payees/{payee['id']}", role="cashier")[0] == 403
    assert client("DELETE", f"/v1/categories/payees/{payee['id']}")[0] == 204
    assert client.propose(LINES[3])["source"] != "memory"
    assert client("DELETE", f"/v1/categories/payees/{payee['id']}")[0] == 404


@given(
    said=st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(CODES[:4])), max_size=6),
    undone=st.tuples(st.sampled_from(LINES), st.sampled_from(CODES[4:8])),
)
def test_taking_a_word_back_is_as_if_it_had_not_been_said(
    lasting: Store, said: list[tuple[str, str]], undone: tuple[str, str]
) -> None:
    store, business = lasting, f"biz_{next(_RUN)}"

    def look(keys: list[Key]) -> list[object]:
        return list(store.get_many(business, keys))

    for text, category in said:
        store.transaction(business, lambda tx, t=text, c=category: teach(tx, Subject(t), c))
    before = {text: recall(look, Subject(text)) for text in LINES}
    text, category = undone
    kept = store.transaction(business, lambda tx: teach(tx, Subject(text), category))
    assert propose(Subject(text), look).category == category
    store.transaction(business, lambda tx: unteach(tx, kept))
    assert {text: recall(look, Subject(text)) for text in LINES} == before
