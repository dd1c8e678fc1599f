"""Statements read whole: every form gives the same lines, and what is wrong is named by row and column."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

from shared.core.errors import Invalid
from shared.payments.statements.kinds import bank_kind, mpesa_kind
from shared.payments.statements.model import Kind, StatementLine
from shared.payments.statements.read import Parsed, Wish, parse
from tests.unit.payments import statement_files as files
from tests.unit.payments.collecting import NOW, PAYBILL
from tests.unit.payments.statement_files import Fact, Style, charge, paid, with_balances

FACTS = with_balances(
    [
        paid("UC2AAA0001", 116_000, NOW),
        charge("UC2AAA0001", 550, NOW + timedelta(seconds=1)),
        charge("", 100, NOW + timedelta(minutes=2)),
        charge("", 100, NOW + timedelta(minutes=2)),
        Fact(
            "UC2AAA0002", -50_000, NOW + timedelta(minutes=3), "Business Payment", party="254712345678 - JOHN"
        ),
        Fact("UC2AAA0003", -10_000, NOW + timedelta(minutes=4), "Pay Bill Reversal", linked="UC2AAA0001"),
        Fact("UC2AAA0004", -900_000, NOW + timedelta(minutes=5), "Organization Settlement Account"),
        Fact("UC2AAA0005", 30_000_00, NOW + timedelta(minutes=6), "Pay Bill Online", status="Failed"),
    ],
    2_000_000,
)
BANK = with_balances(
    [
        Fact("FT26001", 500_000, NOW, details="JOHN DOE INV00012"),
        Fact("FT26002", 900_000, NOW, details="M-PESA SETTLEMENT 174379"),
        Fact("FT26003", -12_500, NOW + timedelta(days=1), details="LEDGER FEE MARCH"),
        Fact("FT26004", -250_000, NOW + timedelta(days=1), details="RENT SHOP 4"),
    ],
    100_000,
)
EQUITY = Wish(account="bank-equity-0123456789", shortcodes=frozenset({PAYBILL}))


def told(parsed: Parsed) -> list[tuple[str, str, int, str]]:
    lines = sorted(
        (line for _, line in parsed.lines), key=lambda line: (line.at, line.receipt, line.amount_cents)
    )
    return [(line.receipt, line.kind.value, line.amount_cents, line.at) for line in lines]


def fault(content: bytes, wish: Wish = Wish()) -> tuple[str, str, str]:  # noqa: B008 - frozen
    with pytest.raises(Invalid) as caught:
        parse(content, wish)
    pointers = [error.pointer for error in caught.value.errors]
    return caught.value.code, pointers[0] if pointers else "", caught.value.message


def test_a_portal_csv_becomes_lines() -> None:
    parsed = parse(files.org_csv(FACTS), Wish())
    assert (parsed.form, parsed.account, parsed.rows, parsed.failed) == (
        "mpesa_csv",
        f"mpesa-{PAYBILL}",
        8,
        1,
    )
    assert [(kind, cents) for _, kind, cents, _ in told(parsed)] == [
        ("money_in", 116_000), ("fee", -550), ("fee", -100), ("fee", -100),
        ("payout", -50_000), ("reversal", -10_000), ("to_bank", -900_000),
    ]  # fmt: skip
    first = min((line for _, line in parsed.lines), key=lambda line: line.at)
    assert (first.party, first.account_no, first.business_day) == (
        "2547****678 - JANE WANJIKU",
        "INV7",
        "2026-03-02",
    )
    assert first.at == "2026-03-02T07:00:00.000Z"
    assert (parsed.balances.opening_cents, parsed.balances.closing_cents) == (2_000_000, 2_000_000 - 844_750)
    assert parsed.balances.breaks == ()


@pytest.mark.parametrize("iso", [True, False])
@pytest.mark.parametrize("minus", [True, False])
@pytest.mark.parametrize("newest_first", [True, False])
def test_every_style_of_the_portal_gives_the_same_lines(iso: bool, minus: bool, newest_first: bool) -> None:
    usual = parse(files.org_csv(FACTS), Wish())
    style = Style(iso=iso, minus=minus, newest_first=newest_first, thousands=minus)
    made_in = (
        (files.org_csv, files.org_xlsx, files.org_xls) if newest_first else (files.org_csv, files.org_xlsx)
    )
    for make in made_in:
        made = make(FACTS, style)
        parsed = parse(made, Wish())
        assert [key for key, _ in parsed.lines] == [key for key, _ in usual.lines]
        assert told(parsed) == told(usual)
        assert parsed.balances == usual.balances


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_found(encoding: str, delimiter: str) -> None:
    facts = with_balances([paid("UC2AAA0001", 1000, party="0712345678 - RENÉ")])
    text = files.org_csv(facts).decode().replace(",", delimiter)
    (pair,) = parse(text.encode(encoding), Wish()).lines
    assert pair[1].party == "0712345678 - RENÉ"


def test_charges_that_repeat_are_counted_and_the_same_row_twice_is_one() -> None:
    without = [charge("", 100), charge("", 100), charge("", 100)]
    assert len(parse(files.org_csv(without), Wish()).lines) == 3
    twice = with_balances([paid("UC2AAA0001", 1000), charge("UC2AAA0001", 100)])
    assert len(parse(files.org_csv([*twice, *twice]), Wish()).lines) == 2
    again = [paid("UC2AAA0001", 1000), paid("UC2AAA0001", 1000)]
    assert len(parse(files.org_csv(again), Wish()).lines) == 1, "a receipt is given once"


def test_a_pdf_gives_the_lines_of_the_csv() -> None:
    facts = with_balances([paid("UC2AAA0001", 116_000), charge("UC2AAA0001", 550), *FACTS[4:5]], 7)
    for password in ("", "4321"):
        parsed = parse(files.pdf(facts, password), Wish(password=password))
        assert (parsed.form, parsed.account) == ("mpesa_pdf", f"mpesa-{PAYBILL}")
        assert [key for key, _ in parsed.lines] == [
            key for key, _ in parse(files.org_csv(facts), Wish()).lines
        ]
        assert parsed.balances.closing_cents == facts[-1].balance
        assert list(parsed.lines)[1][1].details.endswith("JANE WANJIKU Acc. INV7"), (
            "what wrapped belongs to its row"
        )


def test_a_pdf_of_many_pages_is_read_to_its_end() -> None:
    facts = files.day_of(60)
    parsed = parse(files.pdf(facts), Wish())
    assert len(parsed.lines) == len(facts)
    assert parsed.balances.breaks == ()


def test_a_locked_pdf_asks_for_its_password_and_refuses_a_wrong_one() -> None:
    locked = files.pdf(FACTS[:1], "4321")
    assert fault(locked)[0] == "statement_password_required"
    assert fault(locked, Wish(password="1234"))[0] == "statement_password"
    assert fault(b"%PDF-1.7 rubbish")[0] == "statement_damaged"


@pytest.mark.parametrize("made", [files.mt940, files.camt], ids=["mt940", "camt"])
def test_bank_messages_give_the_lines_of_the_csv(made: object) -> None:
    assert callable(made)
    usual = parse(files.bank_csv(BANK), EQUITY)
    parsed = parse(made(BANK, 100_000), Wish(shortcodes=EQUITY.shortcodes))
    assert told(parsed) == told(usual)
    assert {line.kind for _, line in parsed.lines} == {Kind.MONEY_IN, Kind.TO_BANK, Kind.FEE, Kind.MONEY_OUT}
    assert (parsed.balances.opening_cents, parsed.balances.closing_cents) == (100_000, BANK[-1].balance)
    if parsed.form == "mt940":
        assert [key for key, _ in parsed.lines] == [key for key, _ in usual.lines], (
            "the account names agree too"
        )


@pytest.mark.parametrize(
    ("content", "code", "pointer"),
    [
        (files.mt940(BANK).replace(b":62F:", b":62X:"), "statement_cut_off", "/rows/14/62F"),
        (files.mt940(BANK).replace(b"C5000,00N", b"C5x00,00N"), "statement_invalid", "/rows/5/61"),
        (files.mt940(BANK).replace(b"C5000,00N", b"C5001,00N"), "statement_balance", "/rows/11/62F"),
        (files.camt(BANK).replace(b">5000.00<", b">5000,00<"), "statement_invalid", "/rows/1/Amt"),
        (files.camt(BANK).replace(b"DBIT</CdtDbtInd><S", b"X</CdtDbtInd><S"), "statement_invalid", "/rows/3"),
        (files.camt(BANK).replace(b">5000.00<", b">5001.00<"), "statement_balance", "/rows/4/Bal CLBD"),
        (files.camt(BANK)[:-40], "statement_damaged", "/rows/1/"),
    ],
)  # fmt: skip
def test_broken_bank_messages_are_refused_by_row_and_field(content: bytes, code: str, pointer: str) -> None:
    found = fault(content, Wish(account="bank-x-1"))
    assert found[0] == code
    assert found[1].startswith(pointer), found


@pytest.mark.parametrize("two", [False, True], ids=["sgml", "xml"])
def test_ofx_gives_the_lines_of_the_csv_and_what_ofxtools_reads(two: bool) -> None:
    from ofxtools.Parser import OFXTree

    content = files.ofx(BANK, 100_000, two)
    parsed = parse(content, Wish(shortcodes=EQUITY.shortcodes))
    usual = told(parse(files.bank_csv(BANK), EQUITY))
    assert (parsed.form, parsed.account) == ("ofx", EQUITY.account)
    assert [line[:3] for line in told(parsed)] == [line[:3] for line in usual]
    assert two or told(parsed) == usual, "a day without a time is Nairobi's"
    assert (parsed.balances.opening_cents, parsed.balances.closing_cents) == (None, BANK[-1].balance)
    judge = OFXTree()
    judge.parse(io.BytesIO(content))
    (statement,) = judge.convert().statements
    judged = [(one.fitid, int(one.trnamt * 100), one.name) for one in statement.transactions]
    lines = sorted((line for _, line in parsed.lines), key=lambda line: line.row)
    assert judged == [(line.receipt, line.amount_cents, line.party) for line in lines]


OFX = files.ofx(BANK).decode()
"""The first of its lines is row 16 of the file."""


@pytest.mark.parametrize(
    ("old", "new", "code", "pointer"),
    [
        ("<TRNAMT>5000.00", "<TRNAMT>5,000.00", "statement_invalid", "/rows/16/TRNAMT"),
        ("<TRNAMT>5000.00", "<TRNAMT>5000.005", "statement_invalid", "/rows/16/TRNAMT"),
        ("<TRNAMT>5000.00", "<TRNAMT>1e3", "statement_invalid", "/rows/16/TRNAMT"),
        ("<TRNAMT>5000.00", "<TRNAMT>", "statement_invalid", "/rows/16/TRNAMT"),
        ("<TRNAMT>5000.00", "<TRNAMT>-5000.00", "statement_invalid", "/rows/16/TRNAMT"),
        ("<TRNAMT>5000.00", "<TRNAMT>99999999999999.00", "statement_invalid", "/rows/16/TRNAMT"),
        ("<TRNAMT>5000.00", "<TRNAMT>0", "statement_invalid", "/rows/16/TRNAMT"),
        ("<DTPOSTED>20260302", "<DTPOSTED>20260230", "statement_invalid", "/rows/16/DTPOSTED"),
        ("<DTPOSTED>20260302", "<DTPOSTED>02/03/2026", "statement_invalid", "/rows/16/DTPOSTED"),
        ("<DTPOSTED>20260302", "<DTPOSTED>20260302[+99]", "statement_invalid", "/rows/16/DTPOSTED"),
        ("<FITID>FT26001", "<FITID>--", "statement_invalid", "/rows/16/FITID"),
        ("<NAME>JOHN", "<CURRENCY><CURSYM>USD</CURRENCY><NAME>JOHN", "statement_invalid", "/rows/16/CURSYM"),
        ("<FITID>FT26001", "<FITID>FT26001<FITID>FT26009", "statement_damaged", "/rows/16/FITID"),
        ("<NAME>JOHN DOE INV00012", "<NAME>" + "J" * 2001, "statement_cell_too_long", "/rows/16/NAME"),
        ("</STMTTRN>\n", "</STMTTRN> and more\n", "statement_damaged", "/rows/16/STMTTRN"),
        ("</STMTTRN>\n", "</STMTRS>\n", "statement_damaged", "/rows/16/STMTRS"),
        ("<NAME>JOHN", "<!-- x --><NAME>JOHN", "statement_entities", "/rows/16/"),
        ("<NAME>JOHN", "<name>JOHN", "statement_damaged", "/rows/16/"),
        ("<BALAMT>", "<BALAMT>x", "statement_invalid", "/rows/20/BALAMT"),
        ("<STMTRS>", "<CCSTMTRS>", "statement_form", "/rows/14/CCSTMTRS"),
        ("</STMTRS>", "</STMTRS><STMTRS></STMTRS>", "statement_form", "/rows/21/STMTRS"),
        ("<OFX>", "<OFX>and more", "statement_damaged", "/rows/11/OFX"),
        ("</OFX>", "", "statement_cut_off", "/rows/22/"),
        ("</OFX>", "</OFX>more", "statement_damaged", "/rows/21/"),
        ("STMTRS>", "OTHERS>", "statement_column_missing", "/rows/1/STMTRS"),
        ("<STMTTRN>", "<STMTTRN>" + "<LEDGERBAL>" * 20, "statement_damaged", "/rows/16/LEDGERBAL"),
    ],
)  # fmt: skip
def test_broken_ofx_is_refused_by_row_and_element(old: str, new: str, code: str, pointer: str) -> None:
    assert old in OFX
    changed = OFX.replace(old, new) if old == "STMTRS>" else OFX.replace(old, new, 1)
    found = fault(changed.encode(), Wish(account="bank-x-1"))
    assert (found[0], found[1].startswith(pointer)) == (code, True), found


@pytest.mark.parametrize(
    ("old", "new", "cents", "details"),
    [
        ("<TRNAMT>5000.00", "<TRNAMT>+5000,5", 500_050, "JOHN DOE INV00012"),
        ("<NAME>JOHN DOE", "<MEMO><NAME>JOHN &amp; DOE", 500_000, "JOHN & DOE INV00012"),
        ("<NAME>JOHN DOE INV00012", "<NAME>JOHN\n<MEMO>till 4", 500_000, "JOHN till 4"),
        ("DTPOSTED>20260302<", "DTPOSTED>20260301213000[0:GMT]<", 500_000, "JOHN DOE INV00012"),
        ("DTPOSTED>20260302<", "DTPOSTED>20260301173000.000[-5.50:X]<", 500_000, "JOHN DOE INV00012"),
    ],
)
def test_spellings_of_ofx_that_banks_use_are_read(old: str, new: str, cents: int, details: str) -> None:
    assert old in OFX
    parsed = parse(OFX.replace(old, new, 1).encode(), Wish())
    line = min((line for _, line in parsed.lines), key=lambda line: line.row)
    assert (line.amount_cents, line.details, line.business_day) == (cents, details, "2026-03-02")


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [BOMB, OUTSIDE], ids=["bomb", "file"])
def test_xml_with_entities_is_not_read(head: str) -> None:
    assert fault(files.camt(BANK, head=head), Wish(account="bank-x-1"))[0] == "statement_entities"
    message = files.ofx(BANK, 0, two=True).replace(b"<STMTRS>", f"<STMTRS>{head}".encode())
    assert fault(message)[0] == "statement_entities"


@pytest.mark.parametrize(
    ("reason", "cents", "kind"),
    [
        ("Pay Bill Online", 100, Kind.MONEY_IN), ("Customer Merchant Payment", 100, Kind.MONEY_IN),
        ("Pay merchant Charge", -100, Kind.FEE), ("Customer Transfer of Funds Charge", -100, Kind.FEE),
        ("Pay Bill Reversal", -100, Kind.REVERSAL), ("Reversal of Pay Bill Charge", 100, Kind.FEE),
        ("Salary Payment", -100, Kind.PAYOUT), ("Business Payment to Customer", -100, Kind.PAYOUT),
        ("Organization Settlement Account", -100, Kind.TO_BANK), ("Merchant to Bank", -100, Kind.TO_BANK),
        ("Utility Account to Working Account", -1, Kind.INTERNAL),
        ("Organization Transfer", 1, Kind.INTERNAL),
        ("Deposit of Funds at Bank", 100, Kind.FROM_BANK), ("Business Buy Goods", -100, Kind.MONEY_OUT),
    ],
)  # fmt: skip
def test_reason_types_have_their_meaning(reason: str, cents: int, kind: Kind) -> None:
    assert mpesa_kind(reason, "", cents) is kind
    assert mpesa_kind("", reason, cents) is kind, "from the details, where there is no reason type"


@pytest.mark.parametrize(
    ("details", "cents", "kind"),
    [
        ("MPESA SETTLEMENT", 100, Kind.TO_BANK), ("SAFARICOM LTD", 100, Kind.TO_BANK),
        ("M-PESA B2B 174379", 100, Kind.TO_BANK), ("MPESA 254712345678 JOHN KAMAU", 100, Kind.MONEY_IN),
        ("SAFARICOM MPESA 0712345678 JOHN", 100, Kind.MONEY_IN), ("JOHN DOE", 100, Kind.MONEY_IN),
        ("EXCISE DUTY", -100, Kind.FEE), ("RENT", -100, Kind.MONEY_OUT),
        ("MPESA FLOAT 174379", -100, Kind.FROM_BANK),
    ],
)  # fmt: skip
def test_the_float_in_a_bank_is_told_from_customers(details: str, cents: int, kind: Kind) -> None:
    assert bank_kind(details, cents, frozenset({PAYBILL})) is kind


def test_the_row_where_a_balance_breaks_is_named() -> None:
    facts = files.day_of(6)
    gone = [*facts[:4], *facts[5:]]
    parsed = parse(files.org_csv(gone, Style(newest_first=False)), Wish())
    (one,) = parsed.balances.breaks
    assert one.row == 9, "the first row after the missing one, as the file counts"
    assert one.found_cents - one.expected_cents == facts[4].cents


def test_lines_have_utc_and_their_nairobi_day() -> None:
    late = paid("UC2AAA0001", 1000, datetime(2026, 3, 2, 21, 30, tzinfo=UTC))
    (pair,) = parse(files.org_csv([late]), Wish()).lines
    line: StatementLine = pair[1]
    assert (line.at, line.business_day) == ("2026-03-02T21:30:00.000Z", "2026-03-03")
