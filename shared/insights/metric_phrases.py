"""Sentences of the larger metrics, in English and Swahili; as in phrases.py, a template holds no figure."""

from __future__ import annotations

METRIC_TEMPLATES: dict[str, dict[str, str]] = {
    "en": {
        "ageing.some": "Customers owe {outstanding} on {open_invoices#invoice|invoices}: {not_due} is not "
        "due yet, {overdue} is overdue, {over_90} of it by more than three months.",
        "ageing.none": "Nothing is owed on invoices.",
        "ageing.late": "{outstanding} on {open_invoices#invoice|invoices} is more than {limit_days} late.",
        "ageing.none_late": "Nothing is more than {limit_days} late.",
        "top_customers.some": "{top.label} paid the most{from_whom}: {top}, {top_share} of {revenue}.",
        "top_customers.none": "No customer is known to have paid{from_whom}; {revenue} was received.",
        "top_customers.unknown": "{unknown_payers} came from payers who are not known.",
        "customer_risk.late": "{risky_customers#customer is|customers are} likely to pay late and "
        "{risky_customers#owes|owe} {owed_at_risk}. Highest risk: {riskiest.label}, {riskiest}. Of all paid "
        "invoices {late_rate} were late.",
        "customer_risk.late_few": "No customer who owes money is likely to pay late. Highest risk: "
        "{riskiest.label}, {riskiest}.",
        "customer_risk.late_none": "There are no paid and open invoices to judge by: {owed_at_risk} at risk.",
        "customer_risk.why_often_late": "At least half of that customer's invoices were paid late.",
        "customer_risk.why_overdue_now": "That customer has an overdue invoice now.",
        "customer_risk.why_few_invoices": "That customer has paid few invoices, so this is mostly the usual "
        "rate.",
        "customer_risk.churn": "{leaving_customers#regular customer stays|regular customers stay} away far "
        "longer than usual; they paid {leaving_value} before. Longest: {longest.label}, {longest}.",
        "customer_risk.churn_few": "No regular customer stays away far longer than usual; {longest.label} is "
        "late by their own measure: {longest}.",
        "customer_risk.churn_none": "Of {judged_customers#regular customer|regular customers} nobody stays "
        "away longer than usual.",
        "trend.up": "{Metric}: {total} in all. It rose from {first} ({first.period}) to {last} "
        "({last.period}), by {change}; the highest was {highest} ({highest.period}).",
        "trend.down": "{Metric}: {total} in all. It fell from {first} ({first.period}) to {last} "
        "({last.period}), by {change}; the highest was {highest} ({highest.period}).",
        "trend.same": "{Metric}: {total} in all. {first} ({first.period}) and {last} ({last.period}) are the "
        "same; the highest was {highest} ({highest.period}).",
        "trend.new": "{Metric}: {total} in all. It began from {first} ({first.period}) and was {last} "
        "({last.period}); the highest was {highest} ({highest.period}).",
        "trend.to_profit": "{Metric}: {total} in all, from {first} ({first.period}) to {last} "
        "({last.period}).",
        "trend.to_loss": "{Metric}: {total} in all, from {first} ({first.period}) to {last} ({last.period}).",
        "trend.none": "{Metric}: {total}; there are no records.",
        "cash_flow.left": "{cash_in} came in and {cash_out} went out: {net_flow} was left.",
        "cash_flow.short": "{cash_in} came in and {cash_out} went out: {net_flow}, more went out than came "
        "in.",
        "cash_flow.none": "No money came in or went out: {net_flow}.",
        "cash_flow.channels": "Most came by {top_channel.label}: {top_channel}.",
        "cash_position.some": "Recorded balances come to {cash}. The oldest, of {oldest.label}, is {oldest} "
        "({oldest.period}).",
        "cash_position.missing": "No balance is recorded ({accounts} accounts): import a statement of each "
        "account, or ask for the balance of the shortcode.",
        "unreconciled.some": "{unreconciled_count#payment waits|payments wait} to be matched: "
        "{unreconciled}. Most of it: {top_reason.label}, {top_reason}.",
        "unreconciled.review": "{in_review} of it, {in_review_count#payment|payments}, waits for a person.",
        "unreconciled.none": "No payment waits to be matched: {unreconciled}.",
        "payment_success.rate": "{success_rate} of requests to pay succeeded: {succeeded} paid {collected}, "
        "{failed} failed, {pending} pending. In the end {intent_rate} of what was asked for was paid. Most "
        "failed for: {top_failure.label}, {top_failure}.",
        "payment_success.failed": "{failed#request|requests} to pay failed, worth {failed_value}; "
        "{success_rate} succeeded. Most failed for: {top_failure.label}, {top_failure}.",
        "payment_success.why": "Most requests to pay failed for: {top_failure.label}, {top_failure} of "
        "{failed}.",
        "payment_success.all_paid": "Every request to pay that ended succeeded: {succeeded}, {collected}.",
        "payment_success.none": "No request to pay ended: {succeeded} paid, {pending} pending.",
        "tax_summary.vat": "VAT on sales is {output_vat}; receipts show {input_vat} that can usually be "
        "claimed: {net_vat} between them.",
        "tax_summary.vat_check": "Another {vat_to_check} on receipts depends on what was bought.",
        "tax_summary.vat_none": "There are no invoices or expenses: VAT on sales {output_vat}.",
        "tax_summary.withholding": "On {withholding_base} of fees and rent {withholding} may have had to be "
        "withheld.",
        "tax_summary.withholding_none": "No expense of the kind that tax is withheld from: {withholding}.",
        "find_transaction.one": "Found {found.label}: {found} ({found.period}).",
        "find_transaction.some": "{found_count} records fit. The newest: {found.label}, {found} "
        "({found.period}).",
        "find_transaction.none": "Nothing fits: {found_count} records.",
        "find_transaction.unclear": "Name a reference, an amount or a customer; {found_count} records were "
        "looked up.",
        "kpi.dso": "It takes {dso} to collect what is invoiced (DSO), {best_dso} at best: {dso_delay} is "
        "delay. {outstanding} is owed.",
        "kpi.dso_none": "Days to collect are not available: nothing was invoiced, {invoiced}.",
        "kpi.cei": "Collection effectiveness is {cei}: of {ar_before} owed before and {invoiced} invoiced, "
        "{outstanding} is still owed.",
        "kpi.cei_none": "Collection effectiveness is not available: nothing was to be collected, {invoiced}.",
        "kpi.avg_days_to_pay": "Half of the invoices are paid within {days_to_pay}; the middle half takes "
        "{days_to_pay_low} to {days_to_pay_high}.",
        "kpi.avg_days_to_pay_none": "Days to pay are not available: no invoice of these days is paid.",
        "kpi.cash_cycle_none": "The cash conversion cycle is not available: the value of stock and bills of "
        "suppliers are not recorded. {outstanding} is owed by customers.",
        "kpi.gross_margin": "Gross margin is {gross_margin}: {gross_profit} of {income} is left after stock "
        "for {stock_costs}.",
        "kpi.gross_margin_none": "Gross margin is not available: there is no income or no stock bought, "
        "{stock_costs}.",
        "kpi.net_margin": "Net margin is {net_margin}: {net} of {income} is left after costs of {costs}.",
        "kpi.net_margin_none": "Net margin is not available: there is no income, {income}.",
        "kpi.burn": "{burn} more goes out than comes in, in the middle one of the last three months.",
        "kpi.burn_not": "You are not burning cash: {burn} in the middle one of the last three months.",
        "kpi.burn_none": "Net burn is not available: the records do not reach back three whole months.",
        "kpi.runway": "Cash of {cash} lasts {runway} months at a net burn of {burn} a month.",
        "kpi.runway_not": "You are not burning cash: net burn is {burn} a month, and {cash} is held.",
        "kpi.runway_no_cash": "Runway is not available: no cash balance is recorded.",
        "kpi.runway_none": "Runway is not available: the records do not reach back three whole months. "
        "{cash} is held.",
        "kpi.growth_up": "Income this month so far is {current}, above {previous} of the whole last month "
        "({mom_change}).",
        "kpi.growth_down": "Income this month so far is {current}, below {previous} of the whole last month "
        "({mom_change}).",
        "kpi.growth_same": "Income this month so far is {current}, as in the whole last month.",
        "kpi.growth_new": "Income this month so far is {current}; last month had {previous}.",
        "kpi.growth_to_profit": "Income this month so far is {current}, after {previous}.",
        "kpi.growth_to_loss": "Income this month so far is {current}, after {previous}.",
        "kpi.growth_none": "There is no income this month or last: {current}.",
        "kpi.growth_same_days_up": "Against the same days of last month ({same_days}) it is up "
        "({mom_same_days_change}).",
        "kpi.growth_same_days_down": "Against the same days of last month ({same_days}) it is down "
        "({mom_same_days_change}).",
        "kpi.growth_same_days_same": "It equals the same days of last month ({same_days}).",
        "kpi.growth_same_days_new": "The same days of last month had {same_days}.",
        "kpi.growth_same_days_to_profit": "The same days of last month had {same_days}.",
        "kpi.growth_same_days_to_loss": "The same days of last month had {same_days}.",
        "kpi.growth_year_up": "Against the same days a year ago ({year_ago}) it is up ({yoy_change}).",
        "kpi.growth_year_down": "Against the same days a year ago ({year_ago}) it is down ({yoy_change}).",
        "kpi.growth_year_same": "It equals the same days a year ago ({year_ago}).",
        "kpi.growth_year_new": "The same days a year ago had {year_ago}.",
        "kpi.growth_year_to_profit": "The same days a year ago had {year_ago}.",
        "kpi.growth_year_to_loss": "The same days a year ago had {year_ago}.",
        "kpi.growth_no_year": "A year-on-year change needs thirteen months of records.",
        "kpi.concentration": "{top.label} brought {top_share} of {income}; the concentration index is {hhi}.",
        "kpi.concentration_none": "Concentration is not available: no income of known customers, {income}.",
        "kpi.segments": "{paying_customers} customers brought {income}; those at risk brought "
        "{at_risk_income} of it.",
        "kpi.segments_none": "Segments need at least twenty customers who paid; there are "
        "{paying_customers}.",
        "kpi.customer_value": "Your customers are worth {customer_value} from here on; most valuable: "
        "{dearest.label}, {dearest}.",
        "kpi.customer_value_none": "Customer value is not available: no known customer paid, {income}.",
        "kpi.board": "Your key figures are in the table.",
        "kpi.board_none": "There are too few records for key figures.",
        "health_score.action_runway": "Weakest part: runway. Bring spending below income or collect what is "
        "owed.",
        "health_score.do_runway": "Bring spending below income, or collect what is owed.",
        "health_score.do_margin": "Look at your largest expenses first.",
        "health_score.do_collection": "Remind customers before their invoices fall due.",
        "health_score.do_overdue": "Follow up the invoices that are longest overdue.",
        "health_score.do_growth": "Compare this month with last to see what changed.",
        "health_score.do_concentration": "Widen your customer base.",
        "health_score.do_reconciled": "Go through the payments that wait for review.",
    },
    "sw": {
        "ageing.some": "Wateja wanadaiwa {outstanding} kwa ankara {open_invoices}: {not_due} bado muda, "
        "{overdue} zimechelewa, kati yake {over_90} kwa zaidi ya miezi mitatu.",
        "ageing.none": "Hakuna deni la ankara.",
        "ageing.late": "{outstanding} kwa ankara {open_invoices} zimechelewa zaidi ya {limit_days}.",
        "ageing.none_late": "Hakuna kilichochelewa zaidi ya {limit_days}.",
        "top_customers.some": "{top.label} alilipa zaidi{from_whom}: {top}, {top_share} ya {revenue}.",
        "top_customers.none": "Hakuna mteja anayejulikana kuwa alilipa{from_whom}; {revenue} zilipokelewa.",
        "top_customers.unknown": "{unknown_payers} zilitoka kwa walipaji wasiojulikana.",
        "customer_risk.late": "Wateja {risky_customers} wanaelekea kuchelewa kulipa {owed_at_risk}. Hatari "
        "kubwa: {riskiest.label}, {riskiest}. Kati ya ankara zilizolipwa {late_rate} zilichelewa.",
        "customer_risk.late_few": "Hakuna mdaiwa anayeelekea kuchelewa. Hatari kubwa: {riskiest.label}, "
        "{riskiest}.",
        "customer_risk.late_none": "Hakuna ankara zilizolipwa na zilizo wazi za kupimia: {owed_at_risk} "
        "hatarini.",
        "customer_risk.why_often_late": "Angalau nusu ya ankara za mteja huyo zililipwa kwa kuchelewa.",
        "customer_risk.why_overdue_now": "Mteja huyo ana ankara iliyochelewa sasa.",
        "customer_risk.why_few_invoices": "Mteja huyo amelipa ankara chache, kwa hivyo hiki ni kiwango cha "
        "kawaida.",
        "customer_risk.churn": "Wateja wa mara kwa mara {leaving_customers} wamepotea kuliko kawaida; "
        "walilipa {leaving_value} awali. Aliyepotea zaidi: {longest.label}, {longest}.",
        "customer_risk.churn_few": "Hakuna mteja wa mara kwa mara aliyepotea sana; {longest.label} "
        "amechelewa kwa kipimo chake: {longest}.",
        "customer_risk.churn_none": "Kati ya wateja wa mara kwa mara {judged_customers} hakuna aliyepotea.",
        "trend.up": "{Metric}: {total} kwa jumla. Ongezeko kutoka {first} ({first.period}) hadi {last} "
        "({last.period}), {change}; kubwa zaidi ilikuwa {highest} ({highest.period}).",
        "trend.down": "{Metric}: {total} kwa jumla. Pungufu kutoka {first} ({first.period}) hadi {last} "
        "({last.period}), {change}; kubwa zaidi ilikuwa {highest} ({highest.period}).",
        "trend.same": "{Metric}: {total} kwa jumla. {first} ({first.period}) na {last} ({last.period}) ni "
        "sawa; kubwa zaidi ilikuwa {highest} ({highest.period}).",
        "trend.new": "{Metric}: {total} kwa jumla. Ilianza na {first} ({first.period}) ikawa {last} "
        "({last.period}); kubwa zaidi ilikuwa {highest} ({highest.period}).",
        "trend.to_profit": "{Metric}: {total} kwa jumla, kutoka {first} ({first.period}) hadi {last} "
        "({last.period}).",
        "trend.to_loss": "{Metric}: {total} kwa jumla, kutoka {first} ({first.period}) hadi {last} "
        "({last.period}).",
        "trend.none": "{Metric}: {total}; hakuna kumbukumbu.",
        "cash_flow.left": "{cash_in} ziliingia na {cash_out} zikatoka: {net_flow} zilibaki.",
        "cash_flow.short": "{cash_in} ziliingia na {cash_out} zikatoka: {net_flow}, zilizotoka ni zaidi.",
        "cash_flow.none": "Hakuna pesa zilizoingia wala kutoka: {net_flow}.",
        "cash_flow.channels": "Nyingi zilikuja kwa {top_channel.label}: {top_channel}.",
        "cash_position.some": "Salio zilizorekodiwa ni {cash}. La zamani zaidi, la {oldest.label}, ni "
        "{oldest} ({oldest.period}).",
        "cash_position.missing": "Hakuna salio lililorekodiwa (akaunti {accounts}): ingiza taarifa ya kila "
        "akaunti, au uliza salio la shortcode.",
        "unreconciled.some": "Malipo {unreconciled_count} yanasubiri kulinganishwa: {unreconciled}. Mengi: "
        "{top_reason.label}, {top_reason}.",
        "unreconciled.review": "Kati yake {in_review}, malipo {in_review_count}, yanasubiri mtu.",
        "unreconciled.none": "Hakuna malipo yanayosubiri kulinganishwa: {unreconciled}.",
        "payment_success.rate": "{success_rate} ya maombi ya malipo yalifaulu: {succeeded} yalilipa "
        "{collected}, {failed} yalishindikana, {pending} yanasubiri. Mwishowe {intent_rate} ya yaliyoombwa "
        "yalilipwa. Sababu kuu: {top_failure.label}, {top_failure}.",
        "payment_success.failed": "Maombi {failed} ya malipo yalishindikana, thamani {failed_value}; "
        "{success_rate} yalifaulu. Sababu kuu: {top_failure.label}, {top_failure}.",
        "payment_success.why": "Sababu kuu ya kushindikana: {top_failure.label}, {top_failure} kati ya "
        "{failed}.",
        "payment_success.all_paid": "Maombi yote yaliyoisha yalifaulu: {succeeded}, {collected}.",
        "payment_success.none": "Hakuna ombi la malipo lililoisha: {succeeded} yalilipa, {pending} "
        "yanasubiri.",
        "tax_summary.vat": "VAT ya mauzo ni {output_vat}; risiti zinaonyesha {input_vat} inayoweza kudaiwa "
        "kwa kawaida: tofauti ni {net_vat}.",
        "tax_summary.vat_check": "{vat_to_check} zaidi kwenye risiti zinategemea kilichonunuliwa.",
        "tax_summary.vat_none": "Hakuna ankara wala gharama: VAT ya mauzo {output_vat}.",
        "tax_summary.withholding": "Kwa {withholding_base} za ada na kodi huenda {withholding} zilipaswa "
        "kuzuiwa.",
        "tax_summary.withholding_none": "Hakuna gharama ya aina inayozuiwa kodi: {withholding}.",
        "find_transaction.one": "Imepatikana {found.label}: {found} ({found.period}).",
        "find_transaction.some": "Kumbukumbu {found_count} zinafaa. Ya karibuni: {found.label}, {found} "
        "({found.period}).",
        "find_transaction.none": "Hakuna kinachofaa: kumbukumbu {found_count}.",
        "find_transaction.unclear": "Taja rejea, kiasi au mteja; kumbukumbu {found_count} zimeangaliwa.",
        "kpi.dso": "Huchukua {dso} kukusanya kilichoankariwa (DSO), bora ni {best_dso}: {dso_delay} ni "
        "ucheleweshaji. Madeni ni {outstanding}.",
        "kpi.dso_none": "Siku za kukusanya hazipatikani: hakuna kilichoankariwa, {invoiced}.",
        "kpi.cei": "Ufanisi wa ukusanyaji ni {cei}: kati ya {ar_before} za awali na {invoiced} "
        "zilizoankariwa, {outstanding} bado ni deni.",
        "kpi.cei_none": "Ufanisi wa ukusanyaji haupatikani: hakukuwa na cha kukusanya, {invoiced}.",
        "kpi.avg_days_to_pay": "Nusu ya ankara hulipwa ndani ya {days_to_pay}; nusu ya kati huchukua "
        "{days_to_pay_low} hadi {days_to_pay_high}.",
        "kpi.avg_days_to_pay_none": "Siku za kulipa hazipatikani: hakuna ankara iliyolipwa.",
        "kpi.cash_cycle_none": "Mzunguko wa pesa haupatikani: thamani ya bidhaa na bili za wauzaji "
        "hazirekodiwi. Wateja wanadaiwa {outstanding}.",
        "kpi.gross_margin": "Faida ghafi ni {gross_margin}: {gross_profit} ya {income} hubaki baada ya "
        "bidhaa za {stock_costs}.",
        "kpi.gross_margin_none": "Faida ghafi haipatikani: hakuna mapato au bidhaa zilizonunuliwa, "
        "{stock_costs}.",
        "kpi.net_margin": "Faida halisi ni {net_margin}: {net} ya {income} hubaki baada ya gharama za "
        "{costs}.",
        "kpi.net_margin_none": "Faida halisi haipatikani: hakuna mapato, {income}.",
        "kpi.burn": "{burn} zaidi hutoka kuliko zinazoingia, kwa mwezi wa kati wa miezi mitatu iliyopita.",
        "kpi.burn_not": "Hupunguzi pesa: {burn} kwa mwezi wa kati wa miezi mitatu iliyopita.",
        "kpi.burn_none": "Upungufu haupatikani: kumbukumbu hazifiki miezi mitatu mizima.",
        "kpi.runway": "Pesa {cash} zitatosha miezi {runway} kwa upungufu wa {burn} kwa mwezi.",
        "kpi.runway_not": "Hupunguzi pesa: upungufu ni {burn} kwa mwezi, na zipo {cash}.",
        "kpi.runway_no_cash": "Miezi iliyobaki haipatikani: hakuna salio lililorekodiwa.",
        "kpi.runway_none": "Miezi iliyobaki haipatikani: kumbukumbu hazifiki miezi mitatu mizima. Zipo "
        "{cash}.",
        "kpi.growth_up": "Mapato ya mwezi huu hadi leo ni {current}, ongezeko juu ya {previous} za mwezi "
        "uliopita mzima ({mom_change}).",
        "kpi.growth_down": "Mapato ya mwezi huu hadi leo ni {current}, pungufu ya {previous} za mwezi "
        "uliopita mzima ({mom_change}).",
        "kpi.growth_same": "Mapato ya mwezi huu hadi leo ni {current}, sawa na mwezi uliopita mzima.",
        "kpi.growth_new": "Mapato ya mwezi huu hadi leo ni {current}; mwezi uliopita ulikuwa na {previous}.",
        "kpi.growth_to_profit": "Mapato ya mwezi huu hadi leo ni {current}, baada ya {previous}.",
        "kpi.growth_to_loss": "Mapato ya mwezi huu hadi leo ni {current}, baada ya {previous}.",
        "kpi.growth_none": "Hakuna mapato mwezi huu wala uliopita: {current}.",
        "kpi.growth_same_days_up": "Kwa siku zile zile za mwezi uliopita ({same_days}) ni ongezeko "
        "({mom_same_days_change}).",
        "kpi.growth_same_days_down": "Kwa siku zile zile za mwezi uliopita ({same_days}) ni pungufu "
        "({mom_same_days_change}).",
        "kpi.growth_same_days_same": "Ni sawa na siku zile zile za mwezi uliopita ({same_days}).",
        "kpi.growth_same_days_new": "Siku zile zile za mwezi uliopita zilikuwa na {same_days}.",
        "kpi.growth_same_days_to_profit": "Siku zile zile za mwezi uliopita zilikuwa na {same_days}.",
        "kpi.growth_same_days_to_loss": "Siku zile zile za mwezi uliopita zilikuwa na {same_days}.",
        "kpi.growth_year_up": "Kwa siku zile zile mwaka uliopita ({year_ago}) ni ongezeko ({yoy_change}).",
        "kpi.growth_year_down": "Kwa siku zile zile mwaka uliopita ({year_ago}) ni pungufu ({yoy_change}).",
        "kpi.growth_year_same": "Ni sawa na siku zile zile mwaka uliopita ({year_ago}).",
        "kpi.growth_year_new": "Siku zile zile mwaka uliopita zilikuwa na {year_ago}.",
        "kpi.growth_year_to_profit": "Siku zile zile mwaka uliopita zilikuwa na {year_ago}.",
        "kpi.growth_year_to_loss": "Siku zile zile mwaka uliopita zilikuwa na {year_ago}.",
        "kpi.growth_no_year": "Badiliko la mwaka linahitaji kumbukumbu za miezi kumi na mitatu.",
        "kpi.concentration": "{top.label} alileta {top_share} ya {income}; kipimo cha utegemezi ni {hhi}.",
        "kpi.concentration_none": "Utegemezi haupatikani: hakuna mapato ya wateja wanaojulikana, {income}.",
        "kpi.segments": "Wateja {paying_customers} walileta {income}; walio hatarini walileta "
        "{at_risk_income}.",
        "kpi.segments_none": "Makundi yanahitaji angalau wateja ishirini waliolipa; wapo {paying_customers}.",
        "kpi.customer_value": "Wateja wako wana thamani ya {customer_value} kuanzia sasa; mwenye thamani "
        "zaidi: {dearest.label}, {dearest}.",
        "kpi.customer_value_none": "Thamani ya wateja haipatikani: hakuna mteja anayejulikana aliyelipa, "
        "{income}.",
        "kpi.board": "Vipimo vyako viko kwenye jedwali.",
        "kpi.board_none": "Kumbukumbu hazitoshi kwa vipimo.",
        "health_score.action_runway": "Sehemu dhaifu: pesa zilizobaki. Punguza matumizi chini ya mapato au "
        "kusanya madeni.",
        "health_score.do_runway": "Punguza matumizi chini ya mapato, au kusanya madeni.",
        "health_score.do_margin": "Anza na gharama zako kubwa zaidi.",
        "health_score.do_collection": "Wakumbushe wateja kabla ankara hazijafika muda.",
        "health_score.do_overdue": "Fuatilia ankara zilizochelewa zaidi.",
        "health_score.do_growth": "Linganisha mwezi huu na uliopita uone kilichobadilika.",
        "health_score.do_concentration": "Ongeza wateja wengine.",
        "health_score.do_reconciled": "Pitia malipo yanayosubiri kukaguliwa.",
    },
}
METRIC_REPLIES: dict[str, dict[str, str]] = {
    "en": {
        "check_with_accountant": "These are hints: check with your accountant.",
        "unknown_payers": "Money of unknown payers counts as income and as nobody's share.",
        "no_stock_value": "The value of stock on hand is not recorded.",
        "no_stock_costs": "No stock was bought, so income stands for margin.",
        "no_bills": "Bills of suppliers are not recorded.",
    },
    "sw": {
        "check_with_accountant": "Hizi ni dokezo: hakikisha na mhasibu wako.",
        "unknown_payers": "Pesa za walipaji wasiojulikana ni mapato ila si sehemu ya mteja yeyote.",
        "no_stock_value": "Thamani ya bidhaa zilizopo hairekodiwi.",
        "no_stock_costs": "Hakuna bidhaa zilizonunuliwa, kwa hivyo mapato yamechukuliwa kama faida.",
        "no_bills": "Bili za wauzaji hazirekodiwi.",
    },
}
