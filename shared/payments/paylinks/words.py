"""What the pay page says, in English and Swahili; a test holds both to the same keys."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "sw"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "pay_to": "Pay",
        "invoice": "Invoice",
        "amount": "Amount",
        "amount_label": "How much do you want to pay? (KES)",
        "phone_label": "Your mobile money number",
        "phone_hint": "For example 0712 345 678. A request comes to this phone: enter your PIN there.",
        "method_label": "Pay with",
        "method_auto": "What my number is with",
        "button": "Send the request to my phone",
        "other_language": "Kiswahili",
        "safe": "Your PIN is asked for on your phone only, never on this page.",
        "again": "Try again",
        "look_again": "Look again",
        "gone_title": "This page does not exist",
        "gone": "Please check the address, or ask the business for a new link.",
        "closed_title": "This link is no longer in use",
        "closed": "Please ask the business for a new link.",
        "busy_title": "A payment is under way",
        "busy": "Somebody is paying under this link right now. Please look again in a minute.",
        "paid_title": "Paid",
        "paid": "This has been paid. Thank you.",
        "sent_to": "Request sent to the phone that ends in",
        "receipt": "Payment reference",
        "error": "Not sent yet",
        "waiting": "Look at your phone and enter your PIN",
        "waiting_more": "This page follows by itself. Do not pay a second time while it waits.",
        "confirming": "Payment received, being confirmed",
        "confirming_more": "The network told us that you paid. We are checking; there is nothing left to do.",
        "checking": "A person is checking this payment",
        "checking_more": "Please do not pay again. The business will tell you.",
        "done": "Paid. Thank you",
        "done_more": "You can close this page.",
        "unsure": "No answer yet",
        "unsure_more": "If you got a message that you paid, do not pay again. We go on asking the network.",
        "failed": "Not paid",
        "why_cancelled": "The request was cancelled on the phone.",
        "why_wrong_pin": "The PIN was wrong.",
        "why_funds": "There is not enough money on the account.",
        "why_limit": "The amount is above what this account may pay now.",
        "why_other": "The payment was not completed.",
        "why_refused": "The request could not be sent to this phone.",
        "phone_invalid": "Give a Kenyan mobile number, for example 0712 345 678.",
        "amount_invalid": "Give an amount in whole shillings, for example 1500.",
        "amount_out_of_range": "One payment is whole shillings, from 1 to 250,000.",
        "amount_over_balance": "That is more than is owed.",
        "repeated_too_soon": "This phone was just asked for the same amount. Wait two minutes, and pay once.",
        "phone_rate_limited": "This phone was asked very often. Please wait ten minutes.",
        "link_rate_limited": "This link was used very often. Please wait ten minutes.",
        "idempotency_mismatch": "This form was sent before. Please check it and send it again.",
        "method_not_available": "This way to pay is not available here. Please choose another.",
        "form_invalid": "Please check the form and send it again.",
        "try_later": "We cannot send the request right now. Please try again in a minute.",
    },
    "sw": {
        "pay_to": "Lipa",
        "invoice": "Ankara",
        "amount": "Kiasi",
        "amount_label": "Ungependa kulipa kiasi gani? (KES)",
        "phone_label": "Nambari yako ya simu ya malipo",
        "phone_hint": "Kwa mfano 0712 345 678. Ombi litakuja kwenye simu hii: weka PIN yako hapo.",
        "method_label": "Lipa kwa",
        "method_auto": "Mtandao wa nambari yangu",
        "button": "Tuma ombi kwenye simu yangu",
        "other_language": "English",
        "safe": "PIN yako inaulizwa kwenye simu yako tu, kamwe si kwenye ukurasa huu.",
        "again": "Jaribu tena",
        "look_again": "Angalia tena",
        "gone_title": "Ukurasa huu haupo",
        "gone": "Tafadhali hakikisha anwani, au omba biashara ikupe kiungo kipya.",
        "closed_title": "Kiungo hiki hakitumiki tena",
        "closed": "Tafadhali omba biashara ikupe kiungo kipya.",
        "busy_title": "Malipo yanaendelea",
        "busy": "Kuna mtu analipa kupitia kiungo hiki sasa. Tafadhali angalia tena baada ya dakika moja.",
        "paid_title": "Imelipwa",
        "paid": "Hii imeshalipwa. Asante.",
        "sent_to": "Ombi limetumwa kwa simu inayoishia na",
        "receipt": "Nambari ya malipo",
        "error": "Bado haijatumwa",
        "waiting": "Angalia simu yako uweke PIN",
        "waiting_more": "Ukurasa huu unafuatilia wenyewe. Usilipe mara ya pili unapongoja.",
        "confirming": "Malipo yamepokelewa, yanathibitishwa",
        "confirming_more": "Mtandao umetuambia kwamba umelipa. Tunahakikisha; huna la kufanya zaidi.",
        "checking": "Mtu anakagua malipo haya",
        "checking_more": "Tafadhali usilipe tena. Biashara itakujulisha.",
        "done": "Imelipwa. Asante",
        "done_more": "Unaweza kufunga ukurasa huu.",
        "unsure": "Bado hakuna jibu",
        "unsure_more": "Kama umepata ujumbe kwamba umelipa, usilipe tena. Tunaendelea kuuliza mtandao.",
        "failed": "Haijalipwa",
        "why_cancelled": "Ombi lilighairiwa kwenye simu.",
        "why_wrong_pin": "PIN haikuwa sahihi.",
        "why_funds": "Hakuna pesa za kutosha kwenye akaunti.",
        "why_limit": "Kiasi kimezidi kinachoruhusiwa kwa akaunti hii sasa.",
        "why_other": "Malipo hayakukamilika.",
        "why_refused": "Ombi halikuweza kutumwa kwa simu hii.",
        "phone_invalid": "Weka nambari ya simu ya Kenya, kwa mfano 0712 345 678.",
        "amount_invalid": "Weka kiasi cha shilingi kamili, kwa mfano 1500.",
        "amount_out_of_range": "Malipo moja ni shilingi kamili, kuanzia 1 hadi 250,000.",
        "amount_over_balance": "Hicho ni zaidi ya deni.",
        "repeated_too_soon": "Simu hii imeombwa kiasi hicho sasa hivi. Ngoja dakika mbili, ulipe mara moja.",
        "phone_rate_limited": "Simu hii imeombwa mara nyingi. Tafadhali ngoja dakika kumi.",
        "link_rate_limited": "Kiungo hiki kimetumika mara nyingi. Tafadhali ngoja dakika kumi.",
        "idempotency_mismatch": "Fomu hii ilitumwa awali. Tafadhali ihakikishe uitume tena.",
        "method_not_available": "Njia hii ya kulipa haipatikani hapa. Tafadhali chagua nyingine.",
        "form_invalid": "Tafadhali hakikisha fomu uitume tena.",
        "try_later": "Hatuwezi kutuma ombi sasa. Tafadhali jaribu tena baada ya dakika moja.",
    },
}


def language_of(asked: str, accepted: str, usual: str) -> Language:
    """The page's language: what the address asks for, else the browser, else the business.

    Args:
        asked: the ``lang`` argument, anything.
        accepted: the ``Accept-Language`` header, "" for none; only Swahili in the first place counts,
            because browsers send English without being told to.
        usual: the language of the business.
    """
    if asked in ("en", "sw"):
        return "sw" if asked == "sw" else "en"
    if accepted.strip().lower().startswith("sw") or (usual == "sw" and not accepted):
        return "sw"
    return "en"
