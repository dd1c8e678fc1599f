"""Sentences under a report: what it is made of, what was left out, and what it is not."""

from __future__ import annotations

SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "cash_basis": (
            "Income is money received and proven, by the Nairobi day it was paid; "
            "refunds are taken off. Expenses count by their business day."
        ),
        "owner_counts": "Transfers to the owner are money out: the money did leave.",
        "channel_of_line": (
            "The channel of an expense is that of the line that paid it; a receipt without a line says none."
        ),
        "not_costs_apart": "Transfers to the owner are no cost; they are shown apart.",
        "rebuilt": ("Balances are rebuilt from the journal as of the day, not from today's status."),
        "credit_not_deducted": "Credit that customers have on account is not taken off.",
        "matched_only": "Payments count once they are matched to the customer.",
        "check_with_accountant": (
            "Check with your accountant. These are hints from the records, never figures to file."
        ),
        "not_a_return": (
            "What KRA sees in eTIMS may differ; imports, credit notes and apportionment are not worked out."
        ),
        "vat_by_issue": "Sales are invoices by the day they were issued, paid or not.",
        "void_left_out": "Invoices that were withdrawn since are left out.",
        "uninvoiced_left_out": "VAT inside money received without an invoice is not worked out.",
        "likely_by_receipt": (
            "VAT counts as likely claimable when the receipt's verdict says so and "
            "its category usually allows it."
        ),
        "today_standing": "Payments stand as they were matched when the report was made.",
        "duplicates_left_out": "Duplicates and files that could not be read are left out.",
        "kes_only": "Only amounts in Kenyan shillings are counted.",
        "cut": ("Shown are the first {shown} of {existing} lines; the totals count all of them."),
        "characters": (
            "Some names hold letters that this file cannot draw; the workbook and "
            "the CSV file have them in full."
        ),
        "zip_cut": (
            "The zip holds the first {shown} of {existing} files; choose a shorter period for the rest."
        ),
        "zip_missing": "{count} files are not in the bucket any more.",
    },
    "sw": {
        "cash_basis": (
            "Mapato ni fedha zilizopokelewa na kuthibitishwa, kwa siku ya Nairobi "
            "zilipolipwa; marejesho yameondolewa. Matumizi yanahesabiwa kwa siku ya "
            "biashara."
        ),
        "owner_counts": "Malipo kwa mmiliki ni fedha zilizotoka: fedha ziliondoka kweli.",
        "channel_of_line": "Njia ya gharama ni ya mstari uliolipa; risiti bila mstari haina njia.",
        "not_costs_apart": "Malipo kwa mmiliki si gharama; yanaonyeshwa pembeni.",
        "rebuilt": ("Salio limehesabiwa kutoka jarida kufikia siku hiyo, si kwa hali ya leo."),
        "credit_not_deducted": "Akiba ya wateja haijaondolewa.",
        "matched_only": "Malipo yanahesabiwa yakishalinganishwa na mteja.",
        "check_with_accountant": (
            "Thibitisha na mhasibu wako. Haya ni madokezo kutoka kumbukumbu, si takwimu za kuwasilisha."
        ),
        "not_a_return": (
            "KRA inaweza kuona tofauti kwenye eTIMS; uagizaji, hati za mkopo na mgawanyo havijahesabiwa."
        ),
        "vat_by_issue": "Mauzo ni ankara kwa siku zilipotolewa, zimelipwa au la.",
        "void_left_out": "Ankara zilizobatilishwa tangu hapo zimeachwa.",
        "uninvoiced_left_out": "VAT iliyomo kwenye fedha zilizopokelewa bila ankara haijahesabiwa.",
        "likely_by_receipt": ("VAT inahesabiwa kuwa inaweza kudaiwa pale risiti na aina yake vinaporuhusu."),
        "today_standing": "Malipo yako kama yalivyolinganishwa ripoti ilipotengenezwa.",
        "duplicates_left_out": "Nakala na faili zisizosomeka zimeachwa.",
        "kes_only": "Ni kiasi cha shilingi za Kenya pekee kinachohesabiwa.",
        "cut": ("Imeonyeshwa mistari {shown} ya kwanza kati ya {existing}; jumla zinahesabu yote."),
        "characters": ("Baadhi ya majina yana herufi zisizoweza kuchorwa hapa; jedwali na CSV vinazo zote."),
        "zip_cut": (
            "Zip ina faili {shown} za kwanza kati ya {existing}; chagua kipindi kifupi kwa zilizobaki."
        ),
        "zip_missing": "Faili {count} hazipo tena kwenye hifadhi.",
    },
}
