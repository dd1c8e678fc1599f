"""What the shortcode's accounts hold: asked for now, told by a callback a moment later."""

from __future__ import annotations

from dataclasses import asdict
from typing import Protocol, runtime_checkable

from shared.core.errors import HesabuError, Refused
from shared.payments.evidence import body_of
from shared.payments.gateways.daraja.balances import read_balances
from shared.payments.gateways.daraja.payloads import parse_result
from shared.payments.gateways.port import Accepted, InitiateAnswer, Rejected
from shared.payments.ports import Ports
from shared.payments.results import addresses
from shared.payments.shortcode.owning import owned, refused
from shared.store import Data, Doc, Key, Tx

BALANCES = "shortcode_balances"


@runtime_checkable
class AsksBalance(Protocol):
    """A gateway that can be asked what our accounts hold."""

    def ask_balance(self, result_url: str, timeout_url: str) -> InitiateAnswer: ...


def ask(ports: Ports, business: str, actor: str) -> Doc:
    """Ask the provider; the question is kept before it is asked, its answer comes to it.

    Raises Refused as ``owned``, Invalid ``provider_refuses``. A question whose acknowledgement is lost stays
    open: its answer may come; asking once more costs nothing.
    """
    gateway = owned(ports, business)
    if not isinstance(gateway, AsksBalance):
        raise Refused("this provider does not offer that", code="not_offered")
    key = Key(BALANCES, ports.ids.new("bal"))
    blank: Data = {"status": "asked", "accounts": [], "told_at": "", "code": "", "asked_by": actor}
    doc = ports.store.transaction(business, lambda tx: tx.create(key, {**blank, "created_on": tx.now}))
    urls = addresses(ports, business, key.id)
    answer = gateway.ask_balance(urls.result, urls.timeout)
    if isinstance(answer, Accepted):
        return doc
    if isinstance(answer, Rejected):
        _write(ports, business, key, {"status": "refused", "code": answer.code})
        raise refused(answer.code, answer.message)
    return _write(ports, business, key, {"status": "unknown", "code": answer.code or answer.reason})


def answered(ports: Ports, business: str, record: Doc) -> None:
    """Write what a kept callback tells; raises NotFound for a question of nobody, Invalid when unreadable."""
    key = Key(BALANCES, record.data["subject"])
    if record.data["route"].startswith("timeout"):
        _write(ports, business, key, {"status": "unknown", "code": "queue_timeout"})
        return
    result = parse_result(body_of(record))
    if not result.succeeded:
        _write(ports, business, key, {"status": "failed", "code": result.code})
        return
    try:
        accounts = [asdict(account) for account in read_balances(result)]
    except HesabuError as error:
        _write(ports, business, key, {"status": "failed", "code": error.code})
        raise
    _write(ports, business, key, {"status": "told", "code": "0", "accounts": accounts})


def _write(ports: Ports, business: str, key: Key, changes: Data) -> Doc:
    def write(tx: Tx) -> Doc:
        known = tx.require(key)
        if known.data["status"] == "told":
            return known  # a late time-out takes no answer back
        return tx.update(key, {**changes, "told_at": tx.now if changes["status"] == "told" else ""})

    return ports.store.transaction(business, write)
