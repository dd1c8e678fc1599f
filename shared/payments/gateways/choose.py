"""The gateway of a provider."""

from __future__ import annotations

from shared.core.errors import Refused
from shared.payments.gateways.port import Gateway
from shared.payments.gateways.providers import AIRTEL, MPESA
from shared.payments.ports import HasGateways


def gateway_for(ports: HasGateways, provider: str) -> Gateway:
    """The gateway of a provider; raises Refused ``method_not_available`` where it is not set up."""
    gateway = ports.airtel if provider == AIRTEL else ports.gateway if provider == MPESA else None
    if gateway is None:
        raise Refused(
            f"this installation does not collect by {provider or 'no name'}", code="method_not_available"
        )
    return gateway
