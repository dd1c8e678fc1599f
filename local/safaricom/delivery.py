"""Callbacks over real HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from local.safaricom.sim import Answer

TIMEOUT_SECONDS = 8.0
"""How long Safaricom waits for a C2B validation (D3 CustomerToBusiness); used for every delivery."""


def http_deliver(url: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
    """Post once, follow nothing, retry nothing; None when no answer came."""
    import requests

    with requests.Session() as session:
        session.trust_env = False  # callbacks to this machine must not take a proxy
        try:
            response = session.post(
                url, data=body, headers=dict(headers), timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            return None
        return Answer(response.status_code, response.content)
