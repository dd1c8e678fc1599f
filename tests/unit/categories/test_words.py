"""The dictionary and the hints: whole, well formed, and dated."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from shared.categories import hints
from shared.categories.codes import CODES, NAMES
from shared.categories.dictionary import Dictionary, Entry, dictionary, entries, nothing_phrases, read_entries
from shared.categories.hints import Hint, hint_of
from shared.categories.repair import Mender
from shared.categories.text import clean, tokens
from shared.insights.plan import Category
from shared.insights.vocabulary import CATEGORIES


def test_the_categories_are_those_that_insights_ask_about() -> None:
    assert set(CODES) == set(Category.__args__) == set(CATEGORIES["en"]) - {""}  # type: ignore[attr-defined]
    assert len(CODES) == len(NAMES) == 24


def test_every_category_has_names_and_words_in_plenty() -> None:
    said = Counter(entry.category for entry in entries())
    assert set(said) == set(CODES)
    assert min(said.values()) >= 40
    assert sum(said.values()) > 3_000


def test_every_category_has_a_hint_from_its_first_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in CODES:
        assert hint_of(code, date(2026, 1, 1)) is not None
        assert hint_of(code, date(2020, 1, 1)) is None
    old = hint_of("fuel", date(2026, 1, 1))
    assert isinstance(old, Hint)
    new = replace(old, text="8 %", since=date(2027, 7, 1))
    monkeypatch.setitem(hints._HINTS, "fuel", (old, new))
    assert hint_of("fuel", date(2027, 6, 30)) == old
    assert hint_of("fuel", date(2027, 7, 1)) == new
    assert hint_of("no_category", date(2027, 7, 1)) is None


@pytest.mark.parametrize("text", ["[fuel]\npetrol", "[fuels]\nwords: petrol", "words: petrol"])
def test_a_file_that_files_words_nowhere_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="petrol"):
        list(read_entries(text))


def test_the_longest_phrase_wins_and_none_overlaps() -> None:
    known = Dictionary.of(
        [Entry("kodi", "rent", "word"), Entry("kodi ya mapato", "taxes", "word")],
        [("pay",), ("family", "bank")],
    )
    hits = known.spans(["pay", "kodi", "mapato", "kodi", "duka"])
    assert [(hit.start, hit.end, hit.entries[0].category) for hit in hits] == [
        (1, 3, "taxes"),
        (3, 4, "rent"),
    ]
    words = ["pay", "family", "bank", "kodi", "99", "x"]
    assert known.telling(words, known.spans(words)) == ["kodi"]


def test_words_that_tell_nothing_are_no_entry_by_themselves() -> None:
    blank = nothing_phrases()
    assert {("pay",), ("nairobi",), ("njeri",), ("january",)} <= blank
    alone = {entry.phrase for entry in entries() if tuple(tokens(clean(entry.phrase))) in blank}
    assert not alone, "a word cannot tell something and nothing"


def test_mending_changes_no_known_word_and_guesses_nothing() -> None:
    mending = Mender(["petrol", "ticket", "tickets", "stationery", "station", "tyres", "tires"])
    assert mending.mend(["petrol", "tickets"]) == ["petrol", "tickets"]
    assert mending.mend(["petr0l", "stationcry"]) == ["petrol", "stationery"]
    assert mending.mend(["ticke"]) == ["ticket"]
    assert mending.mend(["statione"]) == ["stationery"]
    assert mending.mend(["petrolticket"]) == ["petrol", "ticket"]
    assert mending.mend(["tyires"]) == ["tyires"], "two words are as near"
    assert mending.mend(["zzz", "12345"]) == ["zzz", "12345"]
    assert Mender(dictionary().words).mend(["kplc"]) == ["kplc"]
