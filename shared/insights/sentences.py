"""Sentences of positions, trends and key figures; the same rules as in phrases.py, which joins them."""

from __future__ import annotations

EN: dict[str, str] = {
    "health_score.action_runway": "Weakest part: runway. Hold back large payments until money comes in.",
    "forecast.some": "{Metric}: about {expected} is to be expected, and in {range_share} of cases between "
    "{expected_low} and {expected_high}. Looking back {checked} times, such forecasts were off by "
    "{off}.",
    "forecast.untried": "{Metric}: about {expected} is to be expected, perhaps between {expected_low} and "
    "{expected_high}. There is too little history to check how far off that is.",
    "forecast.too_short": "There are only {history_days} to go by; a forecast needs {least_days}.",
    "forecast.not_ahead": "I can only forecast days to come, at most a year ahead.",
    "forecast.cash_left": "{expected_in} is expected to come in (in {range_share} of cases "
    "{expected_in_low} to {expected_in_high}) and {expected_out} to go out: {expected_difference} more "
    "comes in.",
    "forecast.cash_short": "{expected_in} is expected to come in (in {range_share} of cases "
    "{expected_in_low} to {expected_in_high}) and {expected_out} to go out: {expected_difference} more "
    "goes out.",
    "forecast.no_balance": "No balance of an account is recorded, so only the change can be told.",
    "forecast.due": "Invoices of {due_then} fall due in that time.",
    "forecast.held": "With {cash} held now, {expected_in} expected in and {expected_out} out, about "
    "{held_then} would be left, in {range_share} of cases {held_low} to "
    "{held_high}.",
    "forecast.known": "Of what comes in, {known_in} is known by now (open invoices by how their customers "
    "pay, and what was agreed), of what goes out {known_out} (bills that come again, taxes on their days); "
    "the rest is what is usual beside that.",
    "forecast.known_only": "Known by now: {known_in} to come in and {known_out} to go out.",
    "forecast.lowest": "It is least on {lowest_cash.period}: {lowest_cash}.",
    "forecast.below": "The first day below zero would be {below_day.period}.",
    "forecast.held_short": "With {cash} held now, {expected_in} expected in and {expected_out} out, the "
    "money would not be enough: {held_then}.",
    "ageing.some": "Customers owe {outstanding}; {overdue} of it is overdue, {bucket:days_over_90} by "
    "more than three months.",
    "ageing.current": "Customers owe {outstanding}, and none of it is overdue.",
    "ageing.none": "No customer owes anything on an invoice.",
    "ageing.later": "{later} on {later_invoices#invoice|invoices} of {later_customers#customer|customers} "
    "is overdue by more than {limit_days}, out of {outstanding} owed.",
    "ageing.none_later": "Nothing is overdue by more than {limit_days}; {outstanding} is owed in all.",
    "top_customers.some": "{top_payer.label} paid the most: {top_payer}, {top_payer_share} of the "
    "{revenue} received.",
    "top_customers.unknown": "{unknown_payers} came from payers who are no known customer.",
    "top_customers.none": "No payment of a known customer was received; {revenue} came in all.",
    "trend.some": "{Metric}: {total} in all. Highest: {highest} ({highest.period}); lowest: {lowest} "
    "({lowest.period}).",
    "trend.one": "{Metric}: {total}.",
    "trend.none": "{Metric}: nothing was recorded.",
    "cash_flow.left": "{cash_in} came in and {cash_out} went out: {net_flow} more came in than went out.",
    "cash_flow.short": "{cash_in} came in and {cash_out} went out: {net_flow} more went out than came in.",
    "cash_flow.even": "{cash_in} came in and as much went out.",
    "cash_flow.none": "No money came in or went out.",
    "kpi.dso": "It takes {dso} to collect what is invoiced (DSO): {dso_best} if nothing were overdue, so "
    "late payment costs {dso_delay}. {outstanding} is owed, {invoiced} was invoiced.",
    "kpi.dso_unknown": "DSO is not available: nothing was invoiced in its window. {outstanding} is owed.",
    "kpi.days_to_pay": "Customers take {days_to_pay} on average from invoice to payment; half of "
    "{paid_invoices#paid invoice|paid invoices} took up to {days_to_pay_median}, the middle half from "
    "{days_to_pay_quarter} to {days_to_pay_three_quarters}.",
    "kpi.days_to_pay_unknown": "No invoice was paid in the window, so there is nothing to average.",
    "kpi.runway": "{cash} lasts {runway} months at a net burn of {net_burn} a month.",
    "kpi.runway_none": "You are not burning money: in the middle one of the last whole months as much "
    "came in as went out, or more.",
    "kpi.runway_short": "There are fewer whole months of payments than a burn rate needs, so there is no "
    "runway to tell.",
    "kpi.runway_unknown": "You burn {net_burn} a month, but no balance of an account is recorded: import "
    "a statement or ask for the M-Pesa balance, then the runway can be told.",
    "kpi.board": "These are your key figures; each shows what it was calculated from.",
    "kpi.none": "There is too little in the books for key figures.",
    "cash_position.some": "You hold {cash} by the balances that were stated last.",
    "cash_position.old": "The oldest of them is of {oldest_stated.period}.",
    "cash_position.none": "No balance is recorded, so I cannot tell what you hold: import a statement of "
    "each account, or ask for the M-Pesa balance.",
    "unreconciled.some": "{unmatched} on {unmatched_count#payment|payments} is not matched: "
    "{matching:review} waits for your answer, {matching:none} is nobody's we know, {matching:waiting} "
    "was not looked at yet.",
    "unreconciled.none": "Every payment received is matched.",
    "payment_success.some": "{success_rate} of prompts were paid: {succeeded} paid, {failed} not. The "
    "most frequent reason: {top_reason.label} ({top_reason}).",
    "payment_success.all_won": "Every prompt that ended was paid: {succeeded} of them.",
    "payment_success.failed": "{failed#prompt|prompts} failed and {succeeded} were paid. The most "
    "frequent reason: {top_reason.label} ({top_reason}).",
    "payment_success.reasons": "Most prompts that failed: {top_reason.label}, {top_reason} of {failed} "
    "({top_reason_share}).",
    "payment_success.open": "No prompt has ended yet; {undecided} are open.",
    "payment_success.none": "No prompt to pay was sent.",
    "tax_summary.vat_due": "VAT on sales is {vat_output}, on receipts {vat_input}: {vat_due} would be due.",
    "tax_summary.vat_credit": "VAT on sales is {vat_output}, on receipts {vat_input}: {vat_due} would be "
    "a credit.",
    "tax_summary.vat_blocked": "Another {vat_blocked} on receipts usually cannot be deducted and is left "
    "out.",
    "tax_summary.vat_none": "No VAT is recorded on sales or receipts.",
    "tax_summary.wht": "At the usual rates {wht_usual} would have been withheld from suppliers.",
    "tax_summary.wht_none": "Nothing was spent that tax is usually withheld from.",
    "budget_variance.over": "You spent {spent} against a budget of {budget}: {variance} over.",
    "budget_variance.within": "You spent {spent} against a budget of {budget}: {variance} is left.",
    "budget_variance.flagged": "{worst_variance.label} is furthest over: {worst_variance}.",
    "budget_variance.none": "No budget is set for that, so there is nothing to compare with.",
    "customer_risk.late_some": "{late_rate} of invoices were paid late or are overdue. Of those who owe "
    "you, {top_risk.label} is the likeliest to pay late: {top_risk}.",
    "customer_risk.late_model": "These chances were learnt from {decided_invoices} invoices; on the latest "
    "{late_checked}, not seen before, they told late from on time with {late_auc} (0.5 would be a guess).",
    "customer_risk.late_none": "{late_rate} of invoices were paid late or are overdue; nobody owes you now.",
    "customer_risk.late_unknown": "No invoice has been paid or fallen due, so there is no habit to go by.",
    "customer_risk.churn_some": "{quiet_customers#customer is|customers are} quiet for longer than usual, "
    "{high_risk} of them for more than three times as long, out of {regular_customers} who used to pay "
    "regularly. {longest_quiet.label} has been quiet for {longest_quiet}.",
    "customer_risk.churn_none": "None of {regular_customers#regular customer|regular customers} is quiet "
    "for longer than usual.",
    "customer_risk.churn_unknown": "No customer has paid often enough for a habit.",
    "find_transaction.payment_settled": "Found: {found.label}, {found} on {found.period}, received and "
    "proven.",
    "find_transaction.payment_claimed": "Found: {found.label}, {found} on {found.period}, not proven yet.",
    "find_transaction.payment_review": "Found: {found.label}, {found} on {found.period}; its evidence is "
    "in doubt.",
    "find_transaction.payment_reversed": "Found: {found.label}, {found} on {found.period}, taken back since.",
    "find_transaction.payment_refunded": "Found: {found.label}, {found} on {found.period}, refunded since.",
    "find_transaction.payment_partially_refunded": "Found: {found.label}, {found} on {found.period}, "
    "refunded in part.",
    "find_transaction.payment_other": "Found: {found.label}, {found} on {found.period}.",
    "find_transaction.line": "Found money that went out: {found.label}, {found} on {found.period}.",
    "find_transaction.several": "Several fit; the newest is {found.label}, {found} on {found.period}.",
    "find_transaction.invoice_paid": "Yes: invoice {billed.label} of {billed} is paid.",
    "find_transaction.invoice_part": "Invoice {billed.label} of {billed} is paid in part: {paid_so_far} "
    "came, {left_to_pay} is left.",
    "find_transaction.invoice_open": "No: invoice {billed.label} of {billed} is not paid.",
    "find_transaction.invoice_not_open": "Invoice {billed.label} of {billed} is a draft or void: nothing "
    "is due.",
    "find_transaction.nothing": "There is no such payment or invoice in your books.",
    "find_transaction.nothing_newest": "None of the newest payments fits; older ones were not looked at.",
    "find_transaction.what": "Name a receipt number, an invoice number or an amount, and I can look for it.",
}
SW: dict[str, str] = {
    "health_score.action_runway": "Sehemu dhaifu: pesa za akiba. Ahirisha malipo makubwa hadi pesa ziingie.",
    "forecast.some": "{Metric}: takriban {expected} zinatarajiwa, na kwa {range_share} ya nyakati kati ya "
    "{expected_low} na {expected_high}. Tukiangalia nyuma mara {checked}, makadirio kama haya "
    "yalikosea kwa {off}.",
    "forecast.untried": "{Metric}: takriban {expected} zinatarajiwa, labda kati ya {expected_low} na "
    "{expected_high}. Kumbukumbu hazitoshi kupima usahihi wake.",
    "forecast.too_short": "Kuna kumbukumbu za {history_days} tu; makadirio yanahitaji {least_days}.",
    "forecast.not_ahead": "Ninaweza kukadiria siku zijazo tu, hadi mwaka mmoja mbele.",
    "forecast.cash_left": "{expected_in} zinatarajiwa kuingia (kwa {range_share} ya nyakati "
    "{expected_in_low} hadi {expected_in_high}) na {expected_out} kutoka: zinazoingia zinazidi kwa "
    "{expected_difference}.",
    "forecast.cash_short": "{expected_in} zinatarajiwa kuingia (kwa {range_share} ya nyakati "
    "{expected_in_low} hadi {expected_in_high}) na {expected_out} kutoka: zinazotoka zinazidi kwa "
    "{expected_difference}.",
    "forecast.no_balance": "Hakuna salio lililorekodiwa, kwa hivyo badiliko tu ndilo linajulikana.",
    "forecast.due": "Ankara za {due_then} zinafika muda katika kipindi hicho.",
    "forecast.held": "Ukiwa na {cash} sasa, {expected_in} zikitarajiwa kuingia na {expected_out} kutoka, "
    "zingebaki takriban {held_then}, kwa {range_share} ya nyakati {held_low} hadi {held_high}.",
    "forecast.known": "Kati ya zitakazoingia, {known_in} zinajulikana sasa (ankara zilizo wazi kwa jinsi "
    "wateja wanavyolipa, na makubaliano), na kati ya zitakazotoka {known_out} (bili za kila mara, na kodi "
    "kwa siku zake); zilizobaki ni za kawaida.",
    "forecast.known_only": "Zinazojulikana sasa: {known_in} kuingia na {known_out} kutoka.",
    "forecast.lowest": "Zitakuwa chini zaidi {lowest_cash.period}: {lowest_cash}.",
    "forecast.below": "Siku ya kwanza chini ya sifuri ingekuwa {below_day.period}.",
    "forecast.held_short": "Ukiwa na {cash} sasa, {expected_in} zikitarajiwa kuingia na {expected_out} "
    "kutoka, pesa hazingetosha: {held_then}.",
    "ageing.some": "Wateja wanadaiwa {outstanding}; {overdue} kati yake zimechelewa, "
    "{bucket:days_over_90} kwa zaidi ya miezi mitatu.",
    "ageing.current": "Wateja wanadaiwa {outstanding}, na hakuna iliyochelewa.",
    "ageing.none": "Hakuna mteja anayedaiwa kwa ankara.",
    "ageing.later": "{later} kwa ankara {later_invoices} za wateja {later_customers} zimechelewa zaidi ya "
    "{limit_days}, kati ya {outstanding} zinazodaiwa.",
    "ageing.none_later": "Hakuna iliyochelewa zaidi ya {limit_days}; jumla ya deni ni {outstanding}.",
    "top_customers.some": "{top_payer.label} amelipa zaidi: {top_payer}, {top_payer_share} ya {revenue} "
    "zilizopokelewa.",
    "top_customers.unknown": "{unknown_payers} zilitoka kwa walipaji wasiojulikana.",
    "top_customers.none": "Hakuna malipo ya mteja anayejulikana; jumla iliyoingia ni {revenue}.",
    "trend.some": "{Metric}: jumla {total}. Juu zaidi: {highest} ({highest.period}); chini zaidi: "
    "{lowest} ({lowest.period}).",
    "trend.one": "{Metric}: {total}.",
    "trend.none": "{Metric}: hakuna kilichorekodiwa.",
    "cash_flow.left": "{cash_in} ziliingia na {cash_out} zilitoka: zilizoingia zimezidi kwa {net_flow}.",
    "cash_flow.short": "{cash_in} ziliingia na {cash_out} zilitoka: zilizotoka zimezidi kwa {net_flow}.",
    "cash_flow.even": "{cash_in} ziliingia na kiasi hicho hicho kilitoka.",
    "cash_flow.none": "Hakuna pesa zilizoingia wala kutoka.",
    "kpi.dso": "Inachukua {dso} kukusanya kilichotozwa (DSO): {dso_best} kama hakuna kilichochelewa, kwa "
    "hivyo kuchelewa kunagharimu {dso_delay}. Deni ni {outstanding}, ankara zilizotolewa {invoiced}.",
    "kpi.dso_unknown": "DSO haipatikani: hakuna ankara iliyotolewa katika kipindi chake. Deni ni "
    "{outstanding}.",
    "kpi.days_to_pay": "Kwa wastani wateja huchukua {days_to_pay} tangu ankara hadi malipo; nusu ya "
    "ankara {paid_invoices} zilizolipwa zilichukua hadi {days_to_pay_median}, nusu ya kati kuanzia "
    "{days_to_pay_quarter} hadi {days_to_pay_three_quarters}.",
    "kpi.days_to_pay_unknown": "Hakuna ankara iliyolipwa katika kipindi, kwa hivyo hakuna wastani.",
    "kpi.runway": "{cash} zitatosha miezi {runway} kwa matumizi halisi ya {net_burn} kwa mwezi.",
    "kpi.runway_none": "Hupotezi pesa: katika mwezi wa kati wa miezi kamili iliyopita zilizoingia "
    "hazikupungua zilizotoka.",
    "kpi.runway_short": "Miezi kamili yenye malipo haitoshi kupima kasi ya matumizi, kwa hivyo siwezi "
    "kusema.",
    "kpi.runway_unknown": "Unapunguza {net_burn} kwa mwezi, lakini hakuna salio lililorekodiwa: leta "
    "taarifa ya akaunti au uliza salio la M-Pesa, ndipo muda unaobaki utajulikana.",
    "kpi.board": "Hizi ni takwimu zako kuu; kila moja inaonyesha ilivyokokotolewa.",
    "kpi.none": "Vitabu havina vya kutosha kwa takwimu kuu.",
    "cash_position.some": "Una {cash} kwa mujibu wa salio zilizotajwa mwisho.",
    "cash_position.old": "La zamani zaidi ni la {oldest_stated.period}.",
    "cash_position.none": "Hakuna salio lililorekodiwa, kwa hivyo siwezi kusema una kiasi gani: leta "
    "taarifa ya kila akaunti, au uliza salio la M-Pesa.",
    "unreconciled.some": "{unmatched} kwa malipo {unmatched_count} hazijaoanishwa: {matching:review} "
    "zinasubiri jibu lako, {matching:none} hazijulikani ni za nani, {matching:waiting} bado "
    "hazijaangaliwa.",
    "unreconciled.none": "Malipo yote yaliyopokelewa yameoanishwa.",
    "payment_success.some": "{success_rate} ya maombi yalilipwa: {succeeded} yalilipwa, {failed} "
    "hayakulipwa. Sababu kuu: {top_reason.label} ({top_reason}).",
    "payment_success.all_won": "Kila ombi lililokamilika lililipwa: {succeeded}.",
    "payment_success.failed": "Maombi {failed} hayakulipwa na {succeeded} yalilipwa. Sababu kuu: "
    "{top_reason.label} ({top_reason}).",
    "payment_success.reasons": "Mengi hayakulipwa kwa sababu: {top_reason.label}, {top_reason} kati ya "
    "{failed} ({top_reason_share}).",
    "payment_success.open": "Hakuna ombi lililokamilika bado; {undecided} yako wazi.",
    "payment_success.none": "Hakuna ombi la malipo lililotumwa.",
    "tax_summary.vat_due": "VAT ya mauzo ni {vat_output}, ya risiti {vat_input}: {vat_due} zingedaiwa.",
    "tax_summary.vat_credit": "VAT ya mauzo ni {vat_output}, ya risiti {vat_input}: {vat_due} zingekuwa "
    "akiba.",
    "tax_summary.vat_blocked": "{vat_blocked} zaidi kwenye risiti kwa kawaida haziruhusiwi na zimeachwa.",
    "tax_summary.vat_none": "Hakuna VAT iliyorekodiwa kwa mauzo wala risiti.",
    "tax_summary.wht": "Kwa viwango vya kawaida {wht_usual} zingezuiwa kutoka kwa wauzaji.",
    "tax_summary.wht_none": "Hakuna matumizi ambayo kodi huzuiwa kwa kawaida.",
    "budget_variance.over": "Umetumia {spent} dhidi ya bajeti ya {budget}: umezidi kwa {variance}.",
    "budget_variance.within": "Umetumia {spent} dhidi ya bajeti ya {budget}: zimebaki {variance}.",
    "budget_variance.flagged": "{worst_variance.label} imezidi zaidi: {worst_variance}.",
    "budget_variance.none": "Hakuna bajeti iliyowekwa kwa hilo, kwa hivyo hakuna cha kulinganisha.",
    "customer_risk.late_some": "{late_rate} ya ankara zililipwa kwa kuchelewa au zimechelewa. Kati ya "
    "wanaodaiwa, {top_risk.label} ana uwezekano mkubwa wa kuchelewa: {top_risk}.",
    "customer_risk.late_model": "Uwezekano huu umejifunzwa kutoka ankara {decided_invoices}; kwa "
    "{late_checked} za mwisho, ambazo hazikuonwa kabla, ulitofautisha zilizochelewa kwa {late_auc} (0.5 ni "
    "kubahatisha).",
    "customer_risk.late_none": "{late_rate} ya ankara zililipwa kwa kuchelewa au zimechelewa; hakuna "
    "anayedaiwa sasa.",
    "customer_risk.late_unknown": "Hakuna ankara iliyolipwa wala kufika muda, kwa hivyo hakuna mazoea ya "
    "kupima.",
    "customer_risk.churn_some": "Wateja {quiet_customers} wamenyamaza kuliko kawaida, {high_risk} kati "
    "yao zaidi ya mara tatu, kati ya {regular_customers} waliokuwa wakilipa mara kwa mara. "
    "{longest_quiet.label} amenyamaza kwa {longest_quiet}.",
    "customer_risk.churn_none": "Hakuna kati ya wateja {regular_customers} wa kawaida aliyenyamaza kuliko "
    "kawaida.",
    "customer_risk.churn_unknown": "Hakuna mteja aliyelipa mara za kutosha kuonyesha mazoea.",
    "find_transaction.payment_settled": "Imepatikana: {found.label}, {found}, {found.period}, imepokelewa "
    "na kuthibitishwa.",
    "find_transaction.payment_claimed": "Imepatikana: {found.label}, {found}, {found.period}, "
    "haijathibitishwa.",
    "find_transaction.payment_review": "Imepatikana: {found.label}, {found}, {found.period}; ushahidi una "
    "shaka.",
    "find_transaction.payment_reversed": "Imepatikana: {found.label}, {found}, {found.period}, imerudishwa.",
    "find_transaction.payment_refunded": "Imepatikana: {found.label}, {found}, {found.period}, imerejeshwa.",
    "find_transaction.payment_partially_refunded": "Imepatikana: {found.label}, {found}, {found.period}, "
    "sehemu imerejeshwa.",
    "find_transaction.payment_other": "Imepatikana: {found.label}, {found}, {found.period}.",
    "find_transaction.line": "Imepatikana pesa iliyotoka: {found.label}, {found}, {found.period}.",
    "find_transaction.several": "Kadhaa zinafanana; ya karibuni ni {found.label}, {found}, {found.period}.",
    "find_transaction.invoice_paid": "Ndiyo: ankara {billed.label} ya {billed} imelipwa.",
    "find_transaction.invoice_part": "Ankara {billed.label} ya {billed} imelipwa sehemu: {paid_so_far} "
    "zimekuja, {left_to_pay} zimebaki.",
    "find_transaction.invoice_open": "Hapana: ankara {billed.label} ya {billed} haijalipwa.",
    "find_transaction.invoice_not_open": "Ankara {billed.label} ya {billed} ni rasimu au imefutwa: hakuna "
    "deni.",
    "find_transaction.nothing": "Hakuna malipo wala ankara kama hiyo kwenye vitabu vyako.",
    "find_transaction.nothing_newest": "Hakuna kati ya malipo ya karibuni; ya zamani hayakuangaliwa.",
    "find_transaction.what": "Taja namba ya risiti, ya ankara au kiasi, nami nitaitafuta.",
}
