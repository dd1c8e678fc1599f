"""The sentences: per language and intent, with slots for facts. A template holds no figure of its own."""

from __future__ import annotations

from shared.insights import other_money, sentences

TEMPLATES: dict[str, dict[str, str]] = {
    "en": {
        "revenue_total.some": "You received {revenue}{from_whom} in {payments#payment|payments}.",
        "revenue_total.none": "No payments were received{from_whom}.",
        "revenue_total.unconfirmed": "Another {unconfirmed} in {unconfirmed_count#payment|payments} "
        "waits for proof and is not "
        "counted.",
        **other_money.EN,
        "expense_total.some": "You spent {expenses}{on_what} in {expense_count#expense|expenses}.",
        "expense_total.none": "No expenses were recorded{on_what}.",
        "expense_breakdown.some": "You spent {expenses} in {expense_count#expense|expenses}. Most went "
        "to {top_category.label}: "
        "{top_category}, {top_share} of the total.",
        "expense_breakdown.none": "No expenses were recorded.",
        "largest_expenses.some": "The largest expense{on_what} was {largest} ({largest.label}, "
        "{largest.period}), out of "
        "{expenses} spent.",
        "largest_expenses.none": "No expenses were recorded{on_what}.",
        "outstanding_invoices.some": "{owing_customers#customer owes|customers owe} {outstanding} on "
        "{open_invoices#invoice|invoices}.",
        "outstanding_invoices.none": "No customer has an outstanding invoice{from_whom}.",
        "outstanding_invoices.overdue": "{overdue} of it, on {overdue_invoices#invoice|invoices}, is "
        "overdue.",
        "compare_periods.up": "{Metric}: {current}, up {difference} ({change}) from {previous}.",
        "compare_periods.down": "{Metric}: {current}, down {difference} ({change}) from {previous}.",
        "compare_periods.same": "{Metric}: {current}, the same as before.",
        "compare_periods.new": "{Metric}: {current}, after {previous} before.",
        "compare_periods.same_days_up": "Against the same days of the earlier period ({same_days}) that "
        "is up "
        "{same_days_difference} ({same_days_change}).",
        "compare_periods.same_days_down": "Against the same days of the earlier period ({same_days}) "
        "that is down "
        "{same_days_difference} ({same_days_change}).",
        "compare_periods.same_days_same": "That equals the same days of the earlier period ({same_days}).",
        "compare_periods.same_days_new": "The same days of the earlier period had {same_days}.",
        "health_score.good": "Your business looks healthy: {score}. Over {window} you received {income} "
        "and spent {costs}, "
        "leaving {net}. Customers owe you {outstanding}.",
        "health_score.fair": "Your business is doing fairly: {score}. Over {window} you received "
        "{income} and spent "
        "{costs}, leaving {net}. Customers owe you {outstanding}.",
        "health_score.poor": "Your business needs attention: {score}. Over {window} you received "
        "{income} and spent "
        "{costs}, leaving {net}. Customers owe you {outstanding}.",
        "health_score.none": "There is too little history for a score. Over {window} you received "
        "{income} and spent "
        "{costs}, leaving {net}. Customers owe you {outstanding}.",
        "health_score.action_margin": "Weakest part: margin. Look at your largest expenses first.",
        "health_score.action_collection": "Weakest part: collection. Remind customers before their "
        "invoices fall due.",
        "health_score.action_overdue": "Weakest part: old debts. Follow up the invoices that are "
        "longest overdue.",
        "health_score.action_growth": "Weakest part: growth. Compare this month with last to see what fell.",
        "health_score.action_concentration": "Weakest part: dependence on one customer. Widen your "
        "customer base.",
        "health_score.action_reconciled": "Weakest part: matching. Go through the payments waiting for "
        "review.",
        **sentences.EN,
        "anomalies.some": "{alerts#thing looks|things look} wrong and {open_alerts#is|are} still open. "
        "The gravest: {gravest.label}, {gravest} ({gravest.period}).",
        "anomalies.closed": "{alerts#alert was|alerts were} raised, and all are dealt with.",
        "anomalies.none": "Nothing looked wrong: {alerts} alerts.",
    },
    "sw": {
        "revenue_total.some": "Umepokea {revenue}{from_whom} kwa malipo {payments}.",
        "revenue_total.none": "Hakuna malipo yaliyopokelewa{from_whom}.",
        "revenue_total.unconfirmed": "{unconfirmed} zaidi, malipo {unconfirmed_count}, zinasubiri "
        "uthibitisho na "
        "hazijahesabiwa.",
        **other_money.SW,
        "expense_total.some": "Umetumia {expenses}{on_what} kwa gharama {expense_count}.",
        "expense_total.none": "Hakuna matumizi yaliyorekodiwa{on_what}.",
        "expense_breakdown.some": "Umetumia {expenses} kwa gharama {expense_count}. Nyingi zimeenda kwa "
        "{top_category.label}: {top_category}, {top_share} ya jumla.",
        "expense_breakdown.none": "Hakuna matumizi yaliyorekodiwa.",
        "largest_expenses.some": "Gharama kubwa zaidi{on_what} ilikuwa {largest} ({largest.label}, "
        "{largest.period}), "
        "kati ya {expenses} "
        "zilizotumika.",
        "largest_expenses.none": "Hakuna matumizi yaliyorekodiwa{on_what}.",
        "outstanding_invoices.some": "Wateja {owing_customers} wanadaiwa {outstanding} kwa ankara "
        "{open_invoices}.",
        "outstanding_invoices.none": "Hakuna mteja mwenye ankara ambayo haijalipwa{from_whom}.",
        "outstanding_invoices.overdue": "Kati yake, {overdue} kwa ankara {overdue_invoices} zimechelewa.",
        "compare_periods.up": "{Metric}: {current}, ongezeko la {difference} ({change}) kutoka {previous}.",
        "compare_periods.down": "{Metric}: {current}, pungufu kwa {difference} ({change}) kutoka {previous}.",
        "compare_periods.same": "{Metric}: {current}, sawa na kabla.",
        "compare_periods.new": "{Metric}: {current}, baada ya {previous} kabla.",
        "compare_periods.same_days_up": "Ikilinganishwa na siku zile zile za kipindi kilichopita "
        "({same_days}) ni "
        "ongezeko la {same_days_difference} ({same_days_change}).",
        "compare_periods.same_days_down": "Ikilinganishwa na siku zile zile za kipindi kilichopita "
        "({same_days}) ni "
        "pungufu kwa {same_days_difference} ({same_days_change}).",
        "compare_periods.same_days_same": "Ni sawa na siku zile zile za kipindi kilichopita ({same_days}).",
        "compare_periods.same_days_new": "Siku zile zile za kipindi kilichopita zilikuwa na {same_days}.",
        "health_score.good": "Biashara yako ina afya nzuri: {score}. Kwa {window} umepokea {income} na "
        "kutumia {costs}, "
        "ikabaki {net}. Wateja wanadaiwa {outstanding}.",
        "health_score.fair": "Biashara yako iko wastani: {score}. Kwa {window} umepokea {income} na "
        "kutumia {costs}, "
        "ikabaki {net}. Wateja wanadaiwa {outstanding}.",
        "health_score.poor": "Biashara yako inahitaji uangalizi: {score}. Kwa {window} umepokea "
        "{income} na kutumia "
        "{costs}, ikabaki {net}. Wateja wanadaiwa {outstanding}.",
        "health_score.none": "Hakuna kumbukumbu za kutosha kutoa alama. Kwa {window} umepokea {income} "
        "na kutumia "
        "{costs}, ikabaki {net}. Wateja wanadaiwa {outstanding}.",
        "health_score.action_margin": "Sehemu dhaifu: faida. Anza na gharama zako kubwa zaidi.",
        "health_score.action_collection": "Sehemu dhaifu: ukusanyaji. Wakumbushe wateja kabla ankara "
        "hazijafika muda.",
        "health_score.action_overdue": "Sehemu dhaifu: madeni ya zamani. Fuatilia ankara zilizochelewa "
        "zaidi.",
        "health_score.action_growth": "Sehemu dhaifu: ukuaji. Linganisha mwezi huu na uliopita uone "
        "kilichoshuka.",
        "health_score.action_concentration": "Sehemu dhaifu: kutegemea mteja mmoja. Ongeza wateja wengine.",
        "health_score.action_reconciled": "Sehemu dhaifu: ulinganifu. Pitia malipo yanayosubiri kukaguliwa.",
        **sentences.SW,
        "anomalies.some": "Mambo {alerts} yanaonekana si sawa, {open_alerts} bado hayajashughulikiwa. "
        "Kubwa zaidi: {gravest.label}, {gravest} ({gravest.period}).",
        "anomalies.closed": "Tahadhari {alerts} zilitolewa, na zote zimeshughulikiwa.",
        "anomalies.none": "Hakuna lililoonekana si sawa: tahadhari {alerts}.",
    },
}
REPLIES: dict[str, dict[str, str]] = {
    "en": {
        "write": "I only answer questions; I never change, send or delete anything.",
        "other_data": "I only answer about this business's own totals, and I do not list personal details.",
        "instructions": "I only answer questions about this business's money.",
        "advice": "I report your figures; I do not give investment or business advice.",
        "greeting": "Hello! Ask me about your business's money.",
        "unknown": "I did not understand that. Did you mean one of these?",
        "unsure": "I am not sure what you mean. Did you mean one of these?",
        "not_yet": "I understand the question, but I cannot compute that yet. I can answer these:",
        "name": "I could not tell which customer you mean, so I counted nothing. Ask with the full name "
        "as in your "
        "customer list, or without a name.",
        "period": "Period: {period}.",
        "against": "Compared with: {period}.",
        "as_of": "As of {period}.",
        "default_period": "No period was named, so this month so far was assumed.",
        "date_range_given": "The period is the date range that was given.",
        "cash_basis": "Income is money received and confirmed.",
        "previous_whole": "The earlier period was assumed: the whole one before.",
        "default_limit": "The number of rows was assumed.",
        "tax_hint": "A hint from what is recorded, not a filed figure: check with your accountant.",
        "pro_rated": "Months that are not over count by their days, except what is paid once a month.",
        "shillings_only": "Only shillings are counted; there are amounts in other currencies too.",
        "by_delay": "Open invoices count by how late they were paid before.",
        "due_days": "No invoice was ever paid, so open ones are expected on their due day, and those overdue "
        "not at all.",
        "bills_again": "Bills that came again and again are expected to come again.",
        "as_of_today": "That is how things stand today.",
        "and_more": "The list shows the largest; there are more.",
    },
    "sw": {
        "write": "Ninajibu maswali tu; sibadilishi, situmi wala kufuta chochote.",
        "other_data": "Ninajibu kuhusu jumla za biashara hii pekee, na siorodheshi taarifa za watu binafsi.",
        "instructions": "Ninajibu maswali kuhusu fedha za biashara hii pekee.",
        "advice": "Ninatoa takwimu zako; sitoi ushauri wa uwekezaji au biashara.",
        "greeting": "Habari! Niulize kuhusu fedha za biashara yako.",
        "unknown": "Sijaelewa. Ulimaanisha mojawapo ya haya?",
        "unsure": "Sina uhakika unamaanisha nini. Ulimaanisha mojawapo ya haya?",
        "not_yet": "Nimeelewa swali, lakini bado siwezi kulikokotoa. Ninaweza kujibu haya:",
        "name": "Sikuweza kujua unamaanisha mteja gani, kwa hivyo sikuhesabu chochote. Uliza kwa jina "
        "kamili kama "
        "lilivyo kwenye orodha ya wateja, au bila jina.",
        "period": "Kipindi: {period}.",
        "against": "Ikilinganishwa na: {period}.",
        "as_of": "Kufikia {period}.",
        "default_period": "Hakuna kipindi kilichotajwa, kwa hivyo mwezi huu hadi leo umechukuliwa.",
        "date_range_given": "Kipindi ni tarehe zilizotolewa.",
        "cash_basis": "Mapato ni pesa zilizopokelewa na kuthibitishwa.",
        "previous_whole": "Kipindi cha awali kimechukuliwa: kile kizima kilichotangulia.",
        "default_limit": "Idadi ya mistari imechukuliwa.",
        "tax_hint": "Ni dokezo kutokana na kumbukumbu, si hesabu rasmi: thibitisha na mhasibu wako.",
        "pro_rated": "Miezi ambayo haijaisha imehesabiwa kwa siku zake, isipokuwa vinavyolipwa mara moja kwa "
        "mwezi.",
        "shillings_only": "Shilingi pekee zimehesabiwa; kuna kiasi katika sarafu nyingine pia.",
        "by_delay": "Ankara zilizo wazi zimehesabiwa kwa jinsi zilivyochelewa kulipwa awali.",
        "due_days": "Hakuna ankara iliyowahi kulipwa, kwa hivyo zilizo wazi zinatarajiwa siku ya mwisho ya "
        "kulipa, na zilizochelewa hazikuhesabiwa.",
        "bills_again": "Bili zilizojirudia zinatarajiwa kujirudia.",
        "as_of_today": "Hivyo ndivyo mambo yalivyo leo.",
        "and_more": "Orodha inaonyesha makubwa zaidi; kuna mengine.",
    },
}
