"""What a payer can do after a payment request failed, for every reason that proves that nothing was paid.

Source of the codes: Daraja 3.0 portal, MpesaExpressQuery. After no answer and after expiry a late success is
known to happen, so those texts let the payer look for M-Pesa's own message first.
"""

from __future__ import annotations

from shared.messages.model import Language

STEP_SEPTETS = 80
"""A step shares its SMS with the business, the amount and the reference."""
OTHER = "other"

NEXT_STEPS: dict[str, dict[Language, str]] = {
    "cancelled": {
        Language.ENGLISH: "You cancelled the request. To pay, ask us for a new one.",
        Language.SWAHILI: "Ulighairi ombi la malipo. Kulipa, omba tukutumie ombi jipya.",
    },
    "wrong_pin": {
        Language.ENGLISH: "The PIN was wrong. Ask us to send the request again.",
        Language.SWAHILI: "PIN haikuwa sahihi. Omba tukutumie ombi tena.",
    },
    "no_answer": {
        Language.ENGLISH: "No answer came. If you got no M-Pesa code, ask us to try again.",
        Language.SWAHILI: "Hakukuwa na jibu. Kama hukupata SMS ya M-Pesa, omba tujaribu tena.",
    },
    "expired": {
        Language.ENGLISH: "The request expired. If you got no M-Pesa code, ask us to try again.",
        Language.SWAHILI: "Muda wa ombi umeisha. Kama hukupata SMS ya M-Pesa, omba tujaribu tena.",
    },
    "insufficient_funds": {
        Language.ENGLISH: "Your balance was too low. Top up M-Pesa, then ask us to try again.",
        Language.SWAHILI: "Salio halikutosha. Weka pesa kwa M-Pesa, kisha omba tujaribu tena.",
    },
    "below_minimum": {
        Language.ENGLISH: "The amount is below M-Pesa's minimum. Please pay another way.",
        Language.SWAHILI: "Kiasi ni chini ya kiwango cha M-Pesa. Tafadhali lipa kwa njia nyingine.",
    },
    "limit": {
        Language.ENGLISH: "It is above your M-Pesa limit. Pay in parts or another way.",
        Language.SWAHILI: "Kiasi kimezidi kikomo cha M-Pesa. Lipa kwa awamu au njia nyingine.",
    },
    "daily_limit": {
        Language.ENGLISH: "Your daily M-Pesa limit is reached. Pay tomorrow or another way.",
        Language.SWAHILI: "Umefikia kikomo cha M-Pesa cha leo. Lipa kesho au kwa njia nyingine.",
    },
    "balance_limit": {
        Language.ENGLISH: "The M-Pesa account cannot take this amount now. Please call us.",
        Language.SWAHILI: "Akaunti ya M-Pesa haiwezi kupokea kiasi hiki sasa. Tafadhali tupigie.",
    },
    OTHER: {
        Language.ENGLISH: "M-Pesa could not complete it. If you got no M-Pesa code, call us.",
        Language.SWAHILI: "M-Pesa haikukamilisha. Kama hukupata SMS ya M-Pesa, tupigie simu.",
    },
}

_BY_CODE = {
    "1": "insufficient_funds",
    "2": "below_minimum",
    "3": "limit",
    "4": "daily_limit",
    "8": "balance_limit",
    "1019": "expired",
    "1032": "cancelled",
    "1037": "no_answer",
    "2001": "wrong_pin",
}


def reason(failure: str, result_code: str = "") -> str:
    """The key of NEXT_STEPS for a failed attempt: the code says more than our own word for it."""
    key = _BY_CODE.get(result_code.strip(), failure)
    return key if key in NEXT_STEPS else OTHER


def next_step(failure: str, result_code: str, language: Language, provider: str = "mpesa") -> str:
    """What to tell the payer to do; the name of the provider that asked stands in it."""
    step = NEXT_STEPS[reason(failure, result_code)][language]
    return step.replace("M-Pesa", "Airtel Money") if provider == "airtel" else step
