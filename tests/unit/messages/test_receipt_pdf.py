"""The receipt as readers meet it: its text by pypdf, its look by pdfium."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdf
import pypdfium2
import pytest

from shared.messages.facts import PaymentFacts, verification_code
from shared.messages.model import Language
from shared.messages.receipt_pdf import receipt_pdf

FACTS = PaymentFacts(
    business="Jenga Hardware",
    customer="Wanjiru Kamau",
    amount="KES 12,345.00",
    receipt="UC21ABC345",
    numbers=("INV-000007", "INV-000008"),
    paid_at="2026-03-02 11:30",
    code="K7QM-2P4X",
    currency="KES",
    credit_cents=0,
    balance_cents=250_000,
)
WORST = replace(
    FACTS,
    business="W" * 200,
    customer="Zażółć 东非 \n\x00 " + "M" * 300,
    amount="KES 90,071,992,547,409.92",
    numbers=tuple(f"INV-{n:06d}" for n in range(40)),
)


def text_of(pdf: bytes) -> str:
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return page.extract_text()


def pixels_of(pdf: bytes) -> tuple[int, int, bytes]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        bitmap = document[0].render(scale=2, grayscale=True)
        return bitmap.width, bitmap.height, bytes(bitmap.buffer)
    finally:
        document.close()


@pytest.mark.parametrize("language", list(Language))
def test_the_receipt_says_what_was_paid(language: Language) -> None:
    file = receipt_pdf(FACTS, language)
    text = text_of(file.content)
    for fact in ("Jenga Hardware", "Wanjiru Kamau", "KES 12,345.00", "UC21ABC345", "INV-000007, INV-000008"):
        assert fact in text
    for fact in ("2026-03-02 11:30", "K7QM-2P4X", "KES 2,500.00"):
        assert fact in text
    assert ("RISITI YA MALIPO" in text) == (language is Language.SWAHILI)
    assert (file.name, file.media_type) == ("receipt-UC21ABC345.pdf", "application/pdf")


def test_the_receipt_carries_its_title_author_and_language() -> None:
    reader = pypdf.PdfReader(io.BytesIO(receipt_pdf(FACTS, Language.SWAHILI).content))
    assert reader.metadata is not None
    assert reader.metadata.author == "Jenga Hardware"
    assert "UC21ABC345" in (reader.metadata.title or "")
    assert reader.trailer["/Root"]["/Lang"] == "sw"


def test_the_same_facts_give_the_same_bytes_and_others_do_not() -> None:
    first = receipt_pdf(FACTS, Language.ENGLISH).content
    assert first == receipt_pdf(FACTS, Language.ENGLISH).content
    assert first != receipt_pdf(replace(FACTS, amount="KES 12,345.01"), Language.ENGLISH).content


def test_a_balance_that_is_not_known_has_no_row() -> None:
    text = text_of(receipt_pdf(FACTS.without_balance(), Language.ENGLISH).content)
    assert "Account" not in text
    assert "2,500" not in text


def test_hostile_and_endless_values_stay_on_one_page() -> None:
    file = receipt_pdf(replace(WORST, receipt="../../x\n" + "A" * 90), Language.ENGLISH)
    text = text_of(file.content)
    assert "KES 90,071,992,547,409.92" in text
    assert "+28" in text
    assert "/" not in file.name
    assert len(file.content) < 20_000


@pytest.mark.parametrize("facts", [FACTS, WORST], ids=["usual", "worst"])
def test_the_page_is_drawn_and_nothing_leaves_it(facts: PaymentFacts) -> None:
    width, height, grey = pixels_of(receipt_pdf(facts, Language.ENGLISH).content)
    stride = len(grey) // height
    dark = [sum(value < 140 for value in grey[row * stride : row * stride + width]) for row in range(height)]
    assert abs(width - 595) <= 1
    assert abs(height - 839) <= 1
    assert sum(dark) > 5_000, "the page is not blank"
    edge = [grey[row * stride + width - 10] for row in range(160, height)]
    assert min(edge) > 240, "no text reaches the right edge"
    assert max(dark[-20:]) == 0, "no text reaches the bottom edge"


def test_the_verification_code_depends_on_everything_it_verifies() -> None:
    code = verification_code("s" * 32, "biz_1", "mpesa-A", 100)
    others = {
        verification_code("t" * 32, "biz_1", "mpesa-A", 100),
        verification_code("s" * 32, "biz_2", "mpesa-A", 100),
        verification_code("s" * 32, "biz_1", "mpesa-B", 100),
        verification_code("s" * 32, "biz_1", "mpesa-A", 101),
    }
    assert len(others | {code}) == 5
    assert code == verification_code("s" * 32, "biz_1", "mpesa-A", 100)
    assert len(code) == 9
