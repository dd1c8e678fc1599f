"""One invoice number, printed the same wherever a payer meets it."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from shared.books import print_number
from shared.payments.attempts import _reference
from shared.payments.gateways.daraja.products import qr_body
from shared.payments.shortcode.owning import open_number
from shared.store import Doc, Key


def invoice(number: str) -> Doc:
    return Doc(Key("invoices", "inv_1"), {"number": number, "status": "open"}, "e", 1, "", "")


@given(st.integers(1, 10**10))
def test_prompt_bill_and_books_say_the_same_number(serial: int) -> None:
    """The STK push's account reference takes twelve characters, and letters and digits alone."""
    number = print_number(serial)
    assert _reference(invoice(number), "att_1") == open_number(invoice(number)) == number
    assert len(number) <= 12
    assert number.isdigit()


@given(st.integers(1, 10**9))
def test_the_qr_code_says_it_too(serial: int) -> None:
    account = SimpleNamespace(shortcode="600123", till=False)
    assert qr_body(account, "Duka", print_number(serial), 116_000)["RefNo"] == print_number(serial)
