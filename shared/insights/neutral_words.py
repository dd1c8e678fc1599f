"""Words that say nothing by themselves, and a few for each thing that may be said: a model gets both lists.

A text with a word that stands neither here nor in a class of guard_words.py is not taken: no list of bad
words is ever whole, and a lie needs a word.
"""

from __future__ import annotations

from shared.insights.wording import Language

_EN = """
a account accounts across after against all also altogether amount amounts an and are as at be been budget
business but by came cash categories category change come comes company compared customer customers
difference doing during expense far flow for from gave gives giving had has have held here hold holds in
invoice invoices is it its look looks made make makes making meaning means money moved much now of on or out
overall part payment payments period portion reach reached reaches result share shop so spending stand
stands still stood sum than that the their them there these they this those through to total totalled totals
toward towards used using via was went were where which while who with you your yours
"""
_SW = """
ambaye ambayo ambazo ankara baada badiliko bajeti biashara cha dhidi fedha hali hayo hii hivyo hiyo hizi
hizo huku huo huyo ikilinganishwa iko ile ilifika ilikuwa imefika imefikia imekuwa ina inaonekana inaonyesha
jumla kati katika kiasi kipindi kupitia kutoka kuwa kwa kwamba kwenye la lakini lako mabadiliko malipo mteja
mujibu mwisho na ndio ndiyo ndizo ni pale pamoja pesa pia salio sawasawa sehemu tofauti uko umefikia una vya
wa wako wao wateja wewe wote ya yako yale yalifika yalikuwa yamefika yamekuwa yao yote za zako zao zile
zilienda ziliendea zilifika zilikuwa zimeenda zimefika zimekuwa zote
"""
NEUTRAL: dict[Language, frozenset[str]] = {"en": frozenset(_EN.split()), "sw": frozenset(_SW.split())}
SAYINGS: dict[str, tuple[str, str]] = {
    "up": ("rose, up, higher, increased", "imepanda, ongezeko, juu"),
    "down": ("fell, down, lower, less", "imeshuka, pungufu, chini"),
    "same": ("same, unchanged, steady", "sawa"),
    "over": ("over, exceeded", "umezidi"),
    "left": ("left, leaving, remained", "imebaki, zimebaki"),
    "surplus": ("surplus, more came in than went out", "ziada, zilizoingia zimezidi"),
    "deficit": ("shortfall, more went out than came in", "upungufu, zilizotoka zimezidi"),
    "most": ("most, largest, highest", "kubwa zaidi, nyingi, juu zaidi"),
    "least": ("lowest, smallest", "ndogo zaidi, chini zaidi"),
    "good": ("healthy, good", "nzuri, imara"),
    "fair": ("fair, fairly", "wastani"),
    "poor": ("weak, needs attention", "dhaifu, inahitaji uangalizi"),
    "owing": ("owe, owes, outstanding", "wanadaiwa, deni"),
    "stated": ("stated balances", "salio zilizotajwa"),
    "in": ("received, earned, income, came in", "umepokea, mapato, ziliingia"),
    "out": ("spent, costs, went out", "umetumia, gharama, zilitoka"),
    "scored": ("score, health", "alama, afya"),
    "paid": ("paid", "amelipa, umelipa"),
    "earlier": ("earlier, before", "awali, kabla"),
}
