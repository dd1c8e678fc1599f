"""Who sold: the legal name where one is printed, else the name at the top."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from shared.receipts.extract.amounts import amounts_in
from shared.receipts.extract.labels import Label, label_of
from shared.receipts.extract.text import any_of, digits, fold, letters, plain
from shared.receipts.model import Row

_MALAY_FORM = r"\bs[a-z0]{1,2}[.:\s]{0,2}[b38]h[a-z0]\b\.?"
"""``SDN BHD`` as OCR bends it: the labelled receipts are Malaysian."""
_LEGAL = re.compile(
    rf"(?i)(?:{_MALAY_FORM}|\b[s5]/b\b|\bbhd\b\.?|\b(?:limited|ltd|plc|llp|co-?operative|sacco)\b\.?)"
)
_ANY_CASE = re.IGNORECASE
_KIND = any_of(
    r"enterprise|trading|traders?\b|trade\b|company\b|\bco\b\.|agenc",
    r"investments?|ventures?\b|holdings?\b|industries",
    r"hardware|stores?\b|shop\b|(?:super|hyper) ?market|mini ?mart|mart\b",
    r"wholesale|distributor|suppl(?:ies|ier)",
    r"restaurant|restoran|cafe\b|café|hotel|kitchen|baker(?:y|ies)|confectionery",
    r"grill|pub\b|bar\b|choma|house\b",
    r"pharmacy|chemists?|farmasi|clinic|hospital|florist|book|stationer|printer",
    r"cinema|courier|logistics|transport",
    r"station\b|petrol|petrokiosk|kiosk|energ(?:y|ies)|filling|service",
    r"oil\b|gas\b|power\b|telecom|communication",
    r"agro|vet\b|motors?\b|garage|auto|spares|electr|timber|paints?\b|cement|plumb|glass|steel|safaris?\b",
    r"kedai|syarikat|perniagaan|pasaraya|duka\b|bros\b|brothers|& sons|cent(?:re|er)|cash & carry",
    flags=_ANY_CASE,
)
_GENERIC = re.compile(
    r"^(?:restaurants?|restoran|sdn|bhd|co|company|enterprises?|trading|house|\(?m\)?|limited|ltd|plc|and|&|"
    r"stores?|supermarkets?|hardware|shop|hotel|kenya|\(?k\)?|ea|east|africa|\W+)$",
    _ANY_CASE,
)
_PLACE = any_of(
    r"\bjalan|\bjln\b|\blot\b|\btaman\b|\btmn\b|\bbandar\b|\bseksyen\b",
    r"^\W*n[o0]\W*\d|\bno[.:]\s?\d|^\W*\d{5}\b",
    r"\bp\.?\s?o\.?\s?box\b|\broad\b|\brd\b|\bstreet\b|\bst\.|\bave(?:nue)?\b|\bhighway\b",
    r"\bopp(?:osite)?\b|\bnext to\b",
    r"\bfloor\b|\bflr\b|\bunit\b|\bplaza\b|\bmall\b|\bbuilding\b|\bbldg\b|\bbranch\b",
    r"\b(?:nairobi|mombasa|kisumu|nakuru|eldoret|thika|selangor|johor|kuala lumpur)\b",
    flags=_ANY_CASE,
)
_CONTACT = any_of(
    r"\b(?:t[e3][l1i]|tel|telephone|phone|mobile|fax|cell)\b.*\d{3}|\+?254[\s\d]|\b0[17]\d\d",
    r"@\w+\.|www\.|http|\bemail",
    r"\bgst\b|\bvat\b|\bpin\b|\bid no|\btin\b|\bbrn\b",
    r"\breg(?:istration)?\b\W*(?:no|#)|\bcompany (?:no|reg)|\bco\.?\W{0,2}(?:no|reg)",
    flags=_ANY_CASE,
)
_REGISTRATION = re.compile(r"^[\W\d]*[A-Z]{0,3}\d{5,}\W?[A-Z]?\)?$|^\W*\(?\d{5,}\W{0,2}[A-Z]{1,2}\W*$")
_HEADING = any_of(
    r"inv[o0]ic[ei]?|receipt|\brec[ei]{1,2}[pl]t|\bcash ?(?:sale|bill)",
    r"\brisiti|\bguest check|\bbill no|\bpurchase",
    r"\bwelcome|\bkaribu|\bthank|\basante|\bcome again|\bgoods",
    r"\bcomplaint|\bfeedback|\benquir|\bshopping hours|\bserved",
    r"\bcashier|\bdate\b|\btable\b|\btill\b|\bterminal|\border\b|\bcustomer|\bcopy\b|\bsign\b|\bvoucher",
    r"\bstart of|\blegal|\bfiscal|\bno\.?\s*$|\b[ao]p[ae]rated|\bqty\b|\bamount\b|\bdescription\b",
    flags=_ANY_CASE,
)
_BUYER = any_of(
    r"\bbill(?:ed)? to\b|\bsold to\b|\bbuyer|\bcustomer (?:name|pin)|\bclient\b|\bm/s\b|\bto:\s*$",
    flags=_ANY_CASE,
)
_OWNED = re.compile(
    r"^\W*(?:dimiliki(?: oleh)?|owned by|operated by|managed by|prop(?:rietor)?)\W+", _ANY_CASE
)
_TAIL = re.compile(r"\s*[\[(]?\b(?:[A-Z]{0,3}\d{4,}\s?[-–]?\s?[A-Z]{0,2}|\d{5,}.*)[)\]]?\W*$")
_TOP_ROWS = 14


@dataclass(frozen=True)
class Merchant:
    """A candidate for the seller's name, as printed."""

    name: str
    row: int
    score: int
    legal: bool
    engine_score: int
    margin: int = 0


def find_merchant(rows: Sequence[Row]) -> Merchant | None:
    """The most likely seller's name with its margin over the next, or None where no row looks like a name."""
    ranked = sorted(_candidates(rows), key=lambda found: (-found.score, found.row))
    if not ranked:
        return None
    best = ranked[0]
    other = next((found.score for found in ranked if found.row != best.row), 0)
    return replace(best, margin=min(best.score - max(other, 0), 100))


def _candidates(rows: Sequence[Row]) -> Iterator[Merchant]:
    usual = median([row.height for row in rows] or [1.0])
    passed = 0  # how much of the head of the receipt lies behind us
    index = 0
    while index < min(len(rows), _TOP_ROWS):
        row = rows[index]
        if _BUYER.search(row.text):
            return
        if _closes_head(row.text):
            passed += 1
        elif (name := _name_in(row)) is not None:
            name, used = _joined(rows, index, name)
            legal = bool(_LEGAL.search(name))
            yield Merchant(
                name=_tidy(name),
                row=index,
                score=_score(name, legal, index, passed, row.height / max(usual, 1.0)),
                legal=legal,
                engine_score=row.score,
            )
            index += used
        index += 1


def _score(name: str, legal: bool, index: int, passed: int, size: float) -> int:
    score = 40 - 2 * index - 14 * min(passed, 4)
    score += 40 if legal else 0
    score += 22 if _KIND.search(name) else 0
    score += 8 if size > 1.25 and letters(name) >= 6 else 0
    score += 6 if name.upper() == name else 0
    score -= 18 if letters(name) < 5 else 0
    score -= 15 if name.islower() else 0
    return score - 5 * min(digits(name), 4)


def _closes_head(text: str) -> bool:
    """Addresses, phones and tax numbers come after the name; what follows them is rarely the seller."""
    if _LEGAL.search(text) and not _HEADING.search(text):
        return False
    if _CONTACT.search(text) or _REGISTRATION.match(plain(text)):
        return True
    named = _KIND.search(text) is not None and "," not in text and not digits(text)
    return _PLACE.search(text) is not None and not named  # a NAIROBI HOSPITAL is no address


def _name_in(row: Row) -> str | None:
    """The part of a row that could be a name, or None."""
    text = plain(" ".join(line.text for line in row.lines if letters(line.text) >= 2))
    if label_of(row.text) is not Label.NONE and amounts_in(row.text):
        return None  # part of a sum
    text = _OWNED.sub("", text)
    match = _LEGAL.search(text)
    if match is not None:
        text = text[: match.end()]
    if letters(text) < 3 or (match is None and (digits(text) > letters(text) or _HEADING.search(fold(text)))):
        return None
    return text


def _joined(rows: Sequence[Row], index: int, name: str) -> tuple[str, int]:
    """A name over two or three rows of one size, and how many rows beyond the first it took."""
    used = 0
    while used < 2 and index + used + 1 < len(rows):
        below = rows[index + used + 1]
        rest = _name_in(below)
        if rest is None or _LEGAL.search(name) or not _continues(name, rest, rows[index], below):
            break
        name, used = f"{name} {rest}", used + 1
    return name, used


def _continues(name: str, rest: str, above: Row, below: Row) -> bool:
    if _closes_head(below.text) or not 0.8 <= below.height / max(above.height, 1.0) <= 1.25:
        return False
    if name.count("(") > name.count(")") or name.endswith(("&", " and", " AND", "/")):
        return True
    if all(_GENERIC.match(word) for word in re.split(r"[\s.]+", rest) if word):
        return True
    if _LEGAL.search(rest) or rest.startswith("("):
        return False  # a whole name of its own, or an aside
    split_kind = re.match(r"(?i)\s*(?:enterprises?|company|co\b|supermarket|stores?)\b", rest)
    second_half = _KIND.search(rest) and not _KIND.search(name) and letters(name) >= 6
    return bool(split_kind or second_half or _same_word(name, rest))


def _same_word(name: str, rest: str) -> bool:
    """``RESTAURANT JIAWEI`` over ``JIAWEI HOUSE``: the second row takes up a word of the first."""
    return bool(set(_words(name)) & set(_words(rest)))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]{4,}", fold(text)) if not _GENERIC.match(word)]


def _tidy(name: str) -> str:
    """Without registration numbers and stray signs, the Malay company form as it is written."""
    name = re.sub(rf"(?i){_MALAY_FORM}", "SDN BHD", name)
    name = re.sub(r"(?i)\b5/b\b", "S/B", name)
    name = _TAIL.sub("", name) if not _LEGAL.search(name[-6:]) else name
    return name.strip(" -*:;,.'\"|_=~").replace("[", "I")[:120]
