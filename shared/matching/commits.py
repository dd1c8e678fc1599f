"""A person's word about a payment over HTTP: one commit, and one answer however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from shared.http import Call
from shared.matching.ports import Ports
from shared.matching.views import MatchView, match_view
from shared.store import Doc, Tx


def commit(call: Call[Ports], change: Callable[[Tx], Doc]) -> MatchView:
    """Run a change of a payment; its view is kept with the idempotency key, so a repeat answers the same."""
    answer = call.ports.outbox.run(
        call.business, lambda tx: match_view(change(tx)).model_dump(mode="json"), once=call.once
    )
    return MatchView.model_validate(answer)
