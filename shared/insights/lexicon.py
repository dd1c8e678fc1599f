"""The words of the trade: one pattern per concept, in English, Swahili and Sheng.

Swahili verbs carry subject and tense in front (tu-me-tumi-a), so their patterns match the stem.
"""

from __future__ import annotations

import re
from functools import cache

from shared.insights.dates import NUMBER

_CONCEPTS: dict[str, str] = {
    "revenue": r"revenues?|incomes?|sales|turnover|takings|earn\w*|generated?|received?|collect(?:ed|ions?)"
    r"|brought in|money in|came in|coming in|made|sold|mapato|mauzo|kipato|\w*(?:me|li|na|ta)uza"
    r"|\w*(?:me|li|na|ta)pata|\w*(?:me|li|na)(?:ingia|ingiza|ingizia)|\w+imake|how are we doing",
    "expense": r"\w*spen[dt]\w*|expens\w+|costs?|costing|\w*cost|outgoings?"
    r"|expenditures?|purchases?|money out"
    r"|pay(?:ing)? for|paid for|(?:we|i) pay|matumizi|gharama|\w*(?:me|li|na)tumi[ak]\w*|\w*tumia|manunuzi",
    "breakdown": r"patterns?|break ?downs?|breaking down|by category|categor\w+|per category"
    r"|where\b.*\b(?:money|cash|pesa)\b.*\b(?:go\w*|gone|went)|\w*(?:na|me)?enda wapi|mgawanyo|mchanganuo"
    r"|kwa aina|aina za|\w*tumia\w* pesa (?:wapi|kwa nini)|spend\w*\b.*\bon\b(?: what)?\??$"
    r"|what\b.*\bspend\w* on",
    "largest": r"largest|biggest|highest|most expensive|major|top|kubwa|makubwa|mikubwa|kubwa zaidi|kuu"
    r"|za juu",
    "customer": r"customers?|clients?|buyers?|wateja|mteja|wanunuzi|who|whom|nani|akina nani|macustomer\w*",
    "unpaid": r"outstanding|unpaid|owe[sd]?|owing|(?:haven't|hasn't|have not|has not|not)(?: yet)? paid"
    r"|(?:yet|still) to pay|debtors?|debts?|receivables?|deni|madeni|\w*daiwa\w*|\w*(?:na|tu|wa)dai"
    r"|\w*(?:ja|ku)(?:tu|ni)?lip(?:a|wa)|bado kulipa|due",
    "overdue": r"overdue|past due|\w*chelew\w+|imepita muda",
    "invoice": r"invoices?|bills|ankara|invoisi|mainvoice",
    "health": r"health\w*|overview|financial (?:summary|position|state|condition|standing)"
    r"|summary of (?:my|our|the) (?:finances?|business|company|money)"
    r"|how(?:'s| is) (?:my |our |the )?business"
    r"|afya|hali (?:ya|yetu ya|yangu ya) (?:\w+ ya )?(?:kifedha|biashara|fedha|pesa)|hali ya kifedha"
    r"|biashara (?:yangu |yetu )?(?:inaendeleaje|iko aje|inaendaje|iko vipi)|muhtasari",
    "compare": r"compar\w+|versus|vs\.?|linganish\w*|\w*linganisha|ulinganisho|kuliko|tofauti (?:ya|kati)"
    r"|(?:better|worse|more|less|higher|lower) than|against|changed? (?:in|from)",
    "doing": r"poa|\w*shuka|\w*panda|\w*endelea|improv\w+|grow\w*|grew|dropp?\w*|doing",
    "trend": r"trends?|over time|(?:by|per|each|every) (?:month|week|day)|monthly|weekly|mwenendo"
    r"|kila (?:mwezi|wiki|siku)",
    "future": r"forecast\w*|predict\w*|project(?:ed|ions?)|expect\w*|will (?:i|we|my|our|there|it)"
    r"|tabiri\w*"
    r"|utabiri|makadirio|ujao|ijayo|zijazo|next (?:\w+ )?(?:days?|weeks?|months?|quarter|year)|tomorrow"
    r"|kesho"
    r"|tuta\w+|nita\w+",
    "cash": r"cash|balance|salio|bank balance|money\b.*\bhave|pesa tulizo nazo|pesa taslimu|enough money",
    "in_and_out": r"cash ?flow|in and (?:cash |money )?out|net cash|mtiririko|(?:\w+ia"
    r"|kuingia\w*) na (?:ku|zili|zina|kili)?toka\w*",
    "net": r"net|halisi|tofauti ya",
    "kpi_dso": r"dso|days sales outstanding",
    "kpi_days": r"(?:how (?:many days|long)|days|average)\b.*\b(?:pay|paid|payment)\b.*"
    r"|siku ngapi\b.*\blipa",
    "kpi_runway": r"runway|how (?:long|many months)\b.*\b(?:last|survive)",
    "failed": r"fail\w*|success(?:ful)? rate|declined|rejected|\w*kataliwa|\w*(?:me|li|na)feli\w*"
    r"|\w*shindwa",
    "rate": r"rate|percent\w*|asilimia|kiwango",
    "why": r"why|reasons?|kwa ?nini|mbona|sababu",
    "payment": r"payments?|transactions?|malipo|muamala|miamala|stk(?: push(?:es)?)?|push(?:es)?",
    "odd": r"suspicious|unusual|anomal\w+|fraud\w*|strange|fishy|weird|ulaghai|\w*shaka|wizi"
    r"|isiyo ya kawaida"
    r"|alerts?",
    "twice": r"(?:pay|paid|charged) twice|double[- ]?(?:pa\w+|charg\w+)|duplicates?|mara mbili",
    "unmatched": r"unreconciled|unmatched|unallocated|(?:not|haven't|hasn't)(?: yet)?(?: been)? "
    r"(?:matched|reconciled)|\w*oanish\w*|bila ankara",
    "vat": r"vat|ushuru",
    "withholding": r"withholding|wht",
    "tax": r"tax(?:es)?|kra|kodi ya (?:serikali|kra|mapato)",
    "budget": r"budget\w*|bajeti",
    "ageing": r"age?ing|aged|by age|umri wa",
    "best": r"best|bora|most valuable|good customers|pesa (?:mob|mingi|nyingi)|loyal",
    "risk": r"risk\w*|likely to pay late|pay late|stopped (?:buying|coming)|churn\w*|huchelewa|wameacha"
    r"|lost customers",
    "churn": r"stopped (?:buying|coming)|churn\w*|wameacha|lost customers",
    "find": r"find|search|look ?up|locate|tafuta|nitafutie|did\b.*\bpay",
    "reference": r"inv-?\d{2,}|(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z]{2})[a-z0-9]{10}",
    "mpesa": r"m-?pesa|mpesa|tills?|paybill|lipa na mpesa|stk",
    "airtel": r"airtel",
    "bank": r"bank|benki",
    "how_much": r"how much|how many|ngapi|kiasi gani|what (?:is|was|are|were)|total|jumla",
    "greeting": r"hello|hi|hey|good (?:morning|afternoon|evening)|habari|jambo|hujambo|mambo|niaje|sasa"
    r"|asante|uko (?:poa|sawa|fiti)|umeamkaje|sema"
    r"|thanks?|thank you|how are you",
}
_OVER_DAYS = (
    rf"(?:more than|over|beyond|older than|past|exceeding|later than|zaidi ya|kupita|kuzidi)\b"
    rf"(?! the (?:last|past)| last)"
    rf".*?(?:(?P<a>{NUMBER})(?: |-)?\+? ?days|siku (?P<b>{NUMBER}))"
    rf"|(?:gone|went|zilizopita|yaliyopita|zimepita|\w+pitisha|\w+zidisha)\b"
    rf".*?(?:(?P<e>{NUMBER}) days|siku (?P<f>{NUMBER}))"
    rf"|(?P<c>{NUMBER})\+ days|(?P<d>{NUMBER}) days (?:overdue|late|old|past due)"
)

_CATEGORIES: dict[str, str] = {
    "payroll_statutory": r"nssf|nhif|shif|paye|housing levy|nita",
    "rent": r"rent|kodi ya (?:duka|nyumba|ofisi|stoo|godown)|lease",
    "taxes": r"kodi ya (?:serikali|kra|mapato)|income tax|turnover tax",
    "fuel": r"fuel|petrol|diesel|mafuta(?! ya kupikia)",
    "wages_salaries": r"salar(?:y|ies)|wages?|payroll|mishahara|mshahara",
    "utilities": r"electricity|kplc|stima|umeme|water|maji|utilit(?:y|ies)|garbage|taka",
    "airtime_internet": r"airtime|internet|wi-?fi|bundles|data bundles|kredito",
    "transport_delivery": r"transport\w*|deliver(?:y|ies)|courier|usafiri|fares?|nauli|boda(?:boda)?"
    r"|freight",
    "vehicle_costs": r"vehicles?|car (?:service|repairs?)|tyres?|garage|parking|magari|gari",
    "travel_lodging": r"hotels?|lodging|flights?|accommodation|travel\w*|safari",
    "premises_upkeep": r"cleaning|premises|repairs?|maintenance|ukarabati|usafi",
    "licences_permits": r"licen[cs]es?|permits?|leseni",
    "professional_fees": r"lawyers?|legal fees?|audit(?:ors?)?|accountant fees?|professional fees?"
    r"|consult\w+",
    "marketing": r"marketing|advert\w*|ads|promotions?|matangazo",
    "software_cloud": r"software|hosting|subscriptions?|cloud|domain",
    "bank_mpesa_fees": r"bank (?:charges|fees)|m-?pesa (?:charges|fees|costs)|transaction (?:fees"
    r"|charges)|ada",
    "loans_finance": r"loans?|interest|mkopo|mikopo|riba",
    "insurance": r"insurance|bima",
    "office_supplies": r"stationery|office supplies|printing|toner",
    "equipment_furniture": r"equipment|furniture|computers?|laptops?|vifaa|fanicha",
    "meals_entertainment": r"meals?|lunch(?:es)?|entertainment|chakula",
    "staff_welfare_training": r"training|staff welfare|mafunzo",
    "stock_cogs": r"stock|inventory|cost of goods|bidhaa|supplies",
    "owner_transfers": r"drawings|owner withdrawals?",
}
_SWAHILI = (
    r"(?:tu|ni|wa|i|zi|ya|hawa|hai|hazi)(?:me|li|na|ta|ja)\w{2,}|doh|chapaa|ama|kuliko|tuko|hajalipa|ya"
    r"|wa|la|za|cha|kwa|na|ni|gani|ngapi|yetu"
    r"|yangu|letu|wetu|zetu|mwezi|wiki|mwaka|leo|jana|siku|hii|huu|pesa|mapato|mauzo|matumizi|gharama"
    r"|deni|madeni"
    r"|wateja|mteja|ankara|malipo|biashara|linganisha|nionyeshe|onyesha|nipe|kutoka|afya|hali|robo"
    r"|kubwa|zaidi"
    r"|bado|nani|lini|wapi|habari|tafadhali|naomba|futa|lipa|tuma|iliyopita|uliopita|na"
)
_ENGLISH = (
    r"the|is|are|was|were|what|which|how|much|many|my|our|we|i|me|of|to|from|for|in|on|this|last|show"
    r"|did|do"
    r"|have|has|any|money|shillings?|ksh?s?|bob|month|week|year|quarter|by|and|please|who|where|with"
    r"|payments?"
)


CONCEPTS: tuple[str, ...] = (*_CONCEPTS, "over_days", "category")
"""Every concept that a question can mention; the last two are read with a number or a code."""


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(rf"\b(?:{words})(?!\w)") for name, words in _CONCEPTS.items()}


@cache
def _categories() -> dict[str, re.Pattern[str]]:
    return {code: re.compile(rf"\b(?:{words})(?!\w)") for code, words in _CATEGORIES.items()}


@cache
def _languages() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rf"\b(?:{_SWAHILI})\b"), re.compile(rf"\b(?:{_ENGLISH})\b")


@cache
def _over_days() -> re.Pattern[str]:
    return re.compile(_OVER_DAYS)


def concepts(text: str) -> frozenset[str]:
    """The concepts a lower-case question mentions."""
    return frozenset(name for name, pattern in _compiled().items() if pattern.search(text))


def category(text: str) -> str | None:
    """The code of the first expense category a lower-case question mentions."""
    return next((code for code, pattern in _categories().items() if pattern.search(text)), None)


def over_days(text: str) -> re.Match[str] | None:
    """``more than 60 days`` and its Swahili form; the number is group ``a`` or ``b``."""
    return _over_days().search(text)


def is_known(word: str) -> bool:
    """Whether a lower-case word belongs to the trade or to everyday speech, so is nobody's name."""
    patterns = (*_compiled().values(), *_categories().values(), *_languages())
    return any(pattern.fullmatch(word) for pattern in patterns)


def is_swahili(text: str) -> bool:
    """Whether the words of a lower-case question are Swahili at least as often as English."""
    swahili, english = (len(pattern.findall(text)) for pattern in _languages())
    return swahili > 0 and swahili >= english
