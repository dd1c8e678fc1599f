"""Telling people, each once: claim, call, write the outcome; fail over only after a definite failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.core import context, logs, measures
from shared.core.clock import Stopwatch
from shared.core.errors import Retryable, UnknownOutcome
from shared.core.ids import derived_id
from shared.messages.claims import MESSAGES, Standing, claim, give_up, record, standing, suppress
from shared.messages.model import (
    Address,
    Attachment,
    Channel,
    Failed,
    Language,
    Message,
    Outcome,
    Sender,
    Sent,
    Unknown,
)
from shared.messages.ports import Ports
from shared.messages.quiet import may_interrupt
from shared.messages.templates import Template, compose
from shared.store import Data, Key

_WORDS = {Sent: "ok", Failed: "refused", Unknown: "silent"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one person.

    Args:
        template: the notification type.
        subject: the record it is about, ``payments/mpesa-SJ12ABC345``; part of the message's identity.
        values: what the texts are filled with.
        language: of the texts.
        sender: who speaks.
        chain: the ways to reach the person, best first.
        attach: makes the file that goes along by e-mail.
    """

    template: Template
    subject: str
    values: Mapping[str, str]
    language: Language
    sender: Sender
    chain: tuple[Address, ...]
    attach: Callable[[], Attachment] | None = None


def tell(ports: Ports, business: str, notices: Sequence[Notice]) -> None:
    """Deliver every notice, each to one address of its chain.

    May be called again with the same notices: who was told is not told again, and who may have been told
    is not either. Raises Retryable while a message waits to be tried again, after dealing with the others.
    """
    context.note(notices=len(notices), template=notices[0].template.name if notices else "")
    waiting = [notice for notice in notices if not _settle(ports, business, notice)]
    if waiting:
        raise Retryable(f"{len(waiting)} of {len(notices)} messages wait", code="message_waits")


def message_key(notice: Notice, recipient: str) -> Key:
    """The identity of a message: the same thing told to the same person about the same record."""
    return Key(MESSAGES, derived_id("msg", notice.template.name, notice.subject, recipient))


def _settle(ports: Ports, business: str, notice: Notice) -> bool:
    """Walk down the chain; False when a message must be tried again before anything else."""
    for address in notice.chain:
        if address.channel not in notice.template.channels:
            continue
        found = _send_once(ports, business, notice, address)
        if found is not Standing.NOT_TOLD:
            return found is Standing.TOLD
    if notice.chain:
        logs.warn("nobody could be told", business=business, template=notice.template.name)
    return True


def _send_once(ports: Ports, business: str, notice: Notice, address: Address) -> Standing:
    key = message_key(notice, address.recipient)
    stored = ports.store.get(business, key)
    found = standing(stored.data if stored else None, ports.clock.now())
    if found is Standing.LOST:
        ports.store.transaction(business, lambda tx: give_up(tx, key, ports.clock.now()))
        logs.warn("whether somebody was told is unknown", business=business, message_id=key.id)
        return Standing.TOLD
    return _send(ports, business, notice, address, key) if found is Standing.OURS else found


def _send(ports: Ports, business: str, notice: Notice, address: Address, key: Key) -> Standing:
    # composed before the claim: a text or a file that cannot be made leaves no claim behind
    message = _compose(notice, address, key)
    draft = _draft(notice, address, message)
    if not may_interrupt(notice.template.kind, address.channel, ports.clock.now()):
        ports.store.transaction(business, lambda tx: suppress(tx, key, draft, "quiet_hours"))
        return Standing.NOT_TOLD
    found = _claim(ports, business, key, draft)
    return _call(ports, business, key, message, address.channel) if found is Standing.OURS else found


def _claim(ports: Ports, business: str, key: Key, draft: Data) -> Standing:
    token = ports.ids.new("clm")
    try:
        return ports.store.transaction(business, lambda tx: claim(tx, key, draft, token, ports.clock.now()))
    except UnknownOutcome:
        stored = ports.store.get(business, key)
        if stored is not None and stored.data.get("claim") == token:
            return Standing.OURS  # the answer was lost, the claim was not
        raise


def _call(ports: Ports, business: str, key: Key, message: Message, channel: Channel) -> Standing:
    outcome = _timed(ports, message, channel)
    found = ports.store.transaction(business, lambda tx: record(tx, key, outcome))
    logs.info(
        "message handed over",
        business=business,
        message_id=key.id,
        channel=channel.value,
        outcome=type(outcome).__name__.lower(),
        reason=getattr(outcome, "reason", ""),
    )
    return found


def _timed(ports: Ports, message: Message, channel: Channel) -> Outcome:
    watch = Stopwatch()
    outcome = (ports.sms if channel is Channel.SMS else ports.email).send(message)
    call = {"provider": channel.value, "operation": "send"}
    measures.PROVIDER_CALLS.add(**call, outcome=_WORDS[type(outcome)])
    measures.PROVIDER_SECONDS.observe(watch.seconds, **call)
    return outcome


def _compose(notice: Notice, address: Address, key: Key) -> Message:
    text = compose(notice.template, notice.values, notice.language, address.channel)
    by_email = address.channel is Channel.EMAIL and notice.attach is not None
    attachment = notice.attach() if by_email and notice.attach else None
    return Message(key.id, address.recipient, text.title, text.text, notice.sender, attachment)


def _draft(notice: Notice, address: Address, message: Message) -> Data:
    return {
        "channel": address.channel.value,
        "template": notice.template.name,
        "kind": notice.template.kind.value,
        "language": notice.language.value,
        "recipient": address.recipient,
        "subject": notice.subject,
        "title": message.title,
        "body": message.text,
        "attachment": message.attachment.name if message.attachment else "",
        "request_id": context.current().request_id,
        "provider_id": "",
        "cost": "",
        "sent_on": "",
        "claim": "",
        "claimed_on": "",
        "attempts": 0,
        "retry": False,
    }
