"""Whose money a paybill or till notice is about."""

from __future__ import annotations

from dataclasses import replace

from shared.core.errors import Invalid
from shared.payments.gateways.port import Evidence
from shared.payments.ports import Ports


def own_notice(ports: Ports, shortcode: str, notice: Evidence) -> Evidence:
    """A notice as being about the shortcode that we registered; a till's notices name the till.

    Raises Invalid ``shortcode_mismatch`` when it names somebody else's.
    """
    ours = {shortcode}
    if shortcode == ports.settings.daraja_shortcode:
        ours.add(ports.settings.daraja_till)
    if notice.shortcode and notice.shortcode not in ours:
        raise Invalid("shortcode_mismatch", "the notice names another shortcode than its address")
    return replace(notice, shortcode=shortcode)
