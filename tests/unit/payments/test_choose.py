"""Which provider is meant: by a record, by a route, and none at all."""

from __future__ import annotations

import pytest

from shared.core.errors import Refused
from shared.payments.gateways.choose import gateway_for
from shared.payments.gateways.providers import provider_of, provider_of_route
from shared.payments.settlement import ask_provider, prove
from shared.store import Key
from tests.unit.payments.collecting import Desk, Provider, evidence


def test_a_record_from_before_there_were_several_providers_is_of_mpesa() -> None:
    assert provider_of({}) == "mpesa"
    assert provider_of({"provider": "airtel"}) == "airtel"


def test_an_old_attempt_is_asked_about_at_mpesa(desk: Desk) -> None:
    attempt = desk.ask()
    old = {name: value for name, value in desk.doc("attempts", attempt).items() if name != "provider"}
    desk.store.put(desk.business, Key("attempts", attempt), old)
    desk.gateway.asked.clear()
    ask_provider(desk, desk.business, attempt)
    assert desk.gateway.asked == ["ws_CO_1"]


def test_routes_name_their_provider() -> None:
    routes = ("stk", "c2b/confirmation", "airtel")
    assert [provider_of_route(route) for route in routes] == ["mpesa", "mpesa", "airtel"]


def test_the_gateway_of_a_provider(desk: Desk) -> None:
    assert gateway_for(desk, "mpesa") is desk.gateway
    desk.airtel = Provider("airtel")
    assert gateway_for(desk, "airtel") is desk.airtel


@pytest.mark.parametrize("provider", ["airtel", "tkash", ""])
def test_a_provider_that_is_not_set_up_is_refused(desk: Desk, provider: str) -> None:
    with pytest.raises(Refused) as refused:
        gateway_for(desk, provider)
    assert refused.value.code == "method_not_available"


def test_money_of_one_provider_is_no_twin_of_an_attempt_at_another(desk: Desk) -> None:
    """Same phone, amount, reference and minute: still other money."""
    attempt = desk.ask()
    listed = evidence("pull", provider="airtel", receipt="MP260302.1000.C00001")
    prove(desk, desk.business, listed, "airtel-line", "airtel")
    assert desk.doc("attempts", attempt)["status"] == "pending"
    (payment,) = desk.docs("payments", "paid_at")
    assert (payment["provider"], payment["attempt_id"]) == ("airtel", "")
    prove(desk, desk.business, evidence("pull"), "mpesa-line")
    assert desk.doc("attempts", attempt)["receipt"] == "UC2ABC1234"
