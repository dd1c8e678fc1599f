"""How banks write: built-in profiles, proposals from a header row, and a business's own mapping."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.core.errors import Invalid
from shared.payments.statements import text as texts
from shared.payments.statements.intake import Given, accept
from shared.payments.statements.profiles import Profile, built_in, propose
from shared.payments.statements.read import Parsed, Wish, parse
from shared.store import Key
from tests.unit.payments.collecting import Desk
from tests.unit.payments.statement_desk import hand_in

LINES = [("2026-03-02", "INV7 JANE", 50_000), ("2026-03-03", "RENT", -125_050)]


def amounts(parsed: Parsed) -> list[tuple[str, str, int]]:
    return [(line.business_day, line.details, line.amount_cents) for _, line in parsed.lines]


def proposed(content: bytes) -> tuple[str, Profile]:
    encoding = texts.encoding_of(content)
    delimiter = texts.delimiter_of(texts.lines_of(content, encoding))
    found = propose(texts.rows_of(texts.lines_of(content, encoding), delimiter), delimiter)
    assert found is not None
    return found


FILES = {
    "equity": b"Transaction Date,Value Date,Narrative,Reference,Debit,Credit,Running Balance\n"
    b'02/03/2026,02/03/2026,INV7 JANE,R1,,500.00,1500.00\n03/03/2026,03/03/2026,RENT,R2,"1,250.50",,249.50\n',
    "kcb": b"Account statement\n\nTransaction Date,Value Date,Description,Debit,Credit,Running Balance\n"
    b"02-Mar-2026,02-Mar-2026,INV7 JANE,,500.00,1500.00\n03-Mar-2026,03-Mar-2026,RENT,(1250.50),,249.50\n",
    "coop": b"\xef\xbb\xbfTransaction Date;Narration;Reference No;Debit;Credit;Balance\n"
    b"02.03.2026;INV7 JANE;R1;;500,00;1.500,00\n03.03.2026;RENT;R2;1.250,50;;249,50\n",
    "generic": b"Posting Date|Particulars|Money Out|Money In\n02/03/26|INV7 JANE|-|500.00\n"
    b"03/03/26|RENT|1250.50|-\n",
    "generic_signed": b"Date\tDetails\tAmount\n2026-03-02\tINV7 JANE\t500.00\n2026-03-03\tRENT\t-1250.50\n",
    "generic_marked": b"Date,Description,Amount,DR/CR\n03/02/2026,INV7 JANE,500.00,CR\n"
    b"03/13/2026,RENT,1250.50,DR\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_profile_is_proposed_from_the_header_and_reads_the_file(name: str) -> None:
    found, profile = proposed(FILES[name])
    assert found == name
    wanted = LINES if name != "generic_marked" else [LINES[0], ("2026-03-13", *LINES[1][1:])]
    assert amounts(parse(FILES[name], Wish(account="bank-x-1"))) == wanted
    assert amounts(parse(FILES[name], Wish(account="bank-x-1", profile=profile))) == wanted


def test_what_the_rows_show_is_proposed_too() -> None:
    assert proposed(FILES["coop"])[1].decimal == ","
    assert proposed(FILES["coop"])[1].delimiter == ";"
    assert proposed(FILES["generic_marked"])[1].day_form == "mm/dd/yyyy"
    assert proposed(FILES["equity"])[1].day_form == "dd/mm/yyyy"


OWN = Profile.model_validate(
    {
        "name": "My bank",
        "columns": {"date": ["Siku"], "details": ["Maelezo"], "amount": ["Kiasi"], "balance": ["Salio"]},
        "amounts": "signed",
        "positive": "out",
        "decimal": ",",
        "day_form": "yyyy-mm-dd",
        "encoding": "cp1252",
    }
)
OWN_FILE = (
    "Siku;Maelezo;Kiasi;Salio\n2026-03-02;INV7 JANE;-500,00;1500,00\n2026-03-03;RENT \u20ac;1.250,50;249,50\n"
)


def test_a_mapping_of_ones_own_reads_what_no_profile_knows(desk: Desk) -> None:
    content = OWN_FILE.encode("cp1252")
    with pytest.raises(Invalid) as caught:
        parse(content, Wish(account="bank-x-1"))
    assert caught.value.code == "statement_no_header"
    desk.store.create(
        desk.business,
        Key("statement_profiles", "prf_1"),
        {"name": "x", "profile": OWN.model_dump(mode="json")},
    )
    statement = hand_in(desk, content, account="bank-x-1", profile_id="prf_1")
    assert (statement["added"], statement["profile_id"], statement["breaks"]) == (2, "prf_1", [])
    assert (statement["opening_cents"], statement["closing_cents"]) == (100_000, 24_950)
    later = OWN_FILE.replace("2026-03", "2026-04").encode("cp1252")
    doc = accept(desk, desk.business, later, Given(account="bank-x-1"))
    assert doc.data["profile_id"] == "prf_1", "an account remembers how its files are written"


def test_an_encoding_that_is_fixed_is_kept_to() -> None:
    strict = OWN.model_copy(update={"encoding": "utf-8"})
    with pytest.raises(Invalid) as caught:
        parse(OWN_FILE.encode("cp1252"), Wish(account="bank-x-1", profile=strict))
    assert [error.pointer for error in caught.value.errors] == ["/rows/3/B"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("500.00,", "5OO.00,", "/rows/2/Credit"), ("02/03/2026", "31/02/2026", "/rows/2/Transaction Date"),
        ("R2,", "R2,7,", "/rows/3/H"), ("Value Date", "Debit", "/rows/1/Debit"),
        ("Credit", "Kredit", "/rows/1/"),
        (',,500.00,', ',1.00,500.00,', "/rows/2/Credit"), (",,500.00,", ",,,", "/rows/2/Credit"),
    ],
)  # fmt: skip
def test_wrong_bank_rows_are_named(old: str, new: str, where: str) -> None:
    content = FILES["equity"].replace(old.encode(), new.encode(), 1)
    with pytest.raises(Invalid) as caught:
        parse(content, Wish(account="bank-x-1", profile=built_in()["equity"]))
    assert caught.value.errors[0].pointer.startswith(where)


def test_lines_of_words_below_a_banks_table_are_no_rows() -> None:
    footer = FILES["equity"] + b"*** End of statement ***\n"
    assert len(parse(footer, Wish(account="bank-x-1")).lines) == 2
    with pytest.raises(Invalid):
        parse(FILES["equity"] + b"04/03/2026\n", Wish(account="bank-x-1"))


def test_a_profile_without_amounts_is_no_profile() -> None:
    for columns in ({"date": ["D"], "details": ["T"]}, {"date": ["D"], "details": ["T"], "debit": ["O"]}):
        with pytest.raises(ValidationError):
            Profile.model_validate({"name": "x", "columns": columns})


def test_a_bank_file_needs_its_account() -> None:
    with pytest.raises(Invalid) as caught:
        parse(FILES["equity"], Wish())
    assert caught.value.code == "account_required"
