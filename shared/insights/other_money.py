"""What is said of amounts in other currencies, beside a sum of shillings."""

from __future__ import annotations

_EN = {
    "apart_one": "Another {apart} {verb}; it is not part of that sum, because no exchange rate is stored "
    "for its days.",
    "apart_one_rated": "Another {apart} {verb}: {apart_kes} at the stored exchange rates, {with_apart} "
    "together.",
    "apart_many": "Amounts in {apart_count} other currencies {verb} too; they are not part of that sum, "
    "because exchange rates of some days are not stored.",
    "apart_many_rated": "Amounts in {apart_count} other currencies {verb} too: {apart_kes} at the stored "
    "exchange rates, {with_apart} together.",
}
_SW = {
    "apart_one": "{apart} zaidi {verb}; hazimo kwenye jumla hiyo, kwa sababu kiwango cha kubadilisha fedha "
    "cha siku hizo hakijahifadhiwa.",
    "apart_one_rated": "{apart} zaidi {verb}: {apart_kes} kwa viwango vilivyohifadhiwa, jumla {with_apart}.",
    "apart_many": "Kiasi katika sarafu nyingine {apart_count} pia {verb}; hakimo kwenye jumla hiyo, kwa "
    "sababu viwango vya siku fulani havijahifadhiwa.",
    "apart_many_rated": "Kiasi katika sarafu nyingine {apart_count} pia {verb}: {apart_kes} kwa viwango "
    "vilivyohifadhiwa, jumla {with_apart}.",
}


def _of(texts: dict[str, str], came: str, went: str) -> dict[str, str]:
    verbs = {"revenue_total": came, "expense_total": went}
    return {
        f"{intent}.{name}": text.replace("{verb}", verb)
        for intent, verb in verbs.items()
        for name, text in texts.items()
    }


EN = _of(_EN, "came in", "went out")
SW = _of(_SW, "zimepokelewa", "zimetumika")
LABELS = {
    "en": {
        "apart": "Other currency",
        "apart_count": "Other currencies",
        "apart_kes": "In shillings at stored rates",
        "with_apart": "Together",
    },
    "sw": {
        "apart": "Sarafu nyingine",
        "apart_count": "Sarafu nyingine",
        "apart_kes": "Kwa shilingi kwa viwango vilivyohifadhiwa",
        "with_apart": "Pamoja",
    },
}
