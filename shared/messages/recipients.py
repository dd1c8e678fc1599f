"""Who can be reached and how, read from records that may lack any of it."""

from __future__ import annotations

import re

from shared.core.errors import Invalid
from shared.core.phone import parse_phone
from shared.messages.gsm import one_line
from shared.messages.model import Address, Channel, Language, Sender
from shared.store import Data

_EMAIL = re.compile(r"[^@\s,;:<>()\"\\]{1,64}@[^@\s,;:<>()\"\\]{1,180}\.[A-Za-z]{2,24}")


def sms_to(phone: object) -> tuple[Address, ...]:
    """The SMS address of a full Kenyan number; nothing for a masked, hashed or foreign one."""
    try:
        return (Address(Channel.SMS, parse_phone(phone)),) if isinstance(phone, str) else ()
    except Invalid:
        return ()


def email_to(email: object) -> tuple[Address, ...]:
    """The e-mail address of a record; nothing for what is not one address."""
    if isinstance(email, str) and _EMAIL.fullmatch(email.strip()):
        return (Address(Channel.EMAIL, email.strip().lower()),)
    return ()


def phones_of(customer: Data) -> tuple[Address, ...]:
    """A customer's numbers, as many as can be read."""
    phones = customer.get("phones")
    return tuple(a for phone in phones for a in sms_to(phone)) if isinstance(phones, list) else ()


def payer_of_payment(payment: Data, customer: Data) -> tuple[Address, ...]:
    """Where a payer gets a receipt by SMS: the number that paid, else the customer's first number."""
    return sms_to(payment.get("payer_phone")) or phones_of(customer)[:1]


def paid_by_another(payment: Data, customer: Data) -> bool:
    """Whether the number that paid is known not to be the customer's: what is left is not theirs to read."""
    payer, own = sms_to(payment.get("payer_phone")), phones_of(customer)
    return bool(payer and own) and payer[0] not in own


def payer_of_attempt(attempt: Data, customer: Data) -> tuple[Address, ...]:
    """Who is told that an attempt failed: the prompted phone, then the e-mail of the same person.

    A wrong PIN is nobody else's business: the customer's e-mail is used only when the phone is theirs.
    """
    phone = sms_to(attempt.get("phone"))
    theirs = bool(phone) and phone[0] in phones_of(customer)
    return phone + (email_to(customer.get("email")) if theirs else ())


def owner(profile: Data) -> tuple[Address, ...]:
    """Where the business itself is told: by e-mail, else by SMS."""
    return email_to(profile.get("email")) + sms_to(profile.get("phone"))


def member(person: Data) -> tuple[Address, ...]:
    """Where somebody who works for the business is told: by e-mail, else by SMS."""
    return email_to(person.get("email")) + sms_to(person.get("phone"))


def sender(profile: Data) -> Sender:
    """The business as the sender of its messages."""
    reply_to = email_to(profile.get("email"))
    return Sender(business_name(profile), reply_to[0].recipient if reply_to else "")


def business_name(profile: Data) -> str:
    return one_line(str(profile.get("name") or ""))[:120] or "Hesabu"


def language_of(*records: Data) -> Language:
    """The first language that a record asks for and that the texts exist in; English otherwise."""
    asked = (record.get("language") for record in records)
    return next(
        (Language(tag) for tag in asked if isinstance(tag, str) and tag in set(Language)), Language.ENGLISH
    )
