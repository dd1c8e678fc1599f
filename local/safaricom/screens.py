"""What can be seen on the simulated phones."""

from __future__ import annotations

from local.safaricom.model import Account, Push
from local.safaricom.sim import Sim
from local.safaricom.texts import prompt_text


def phones(sim: Sim) -> list[Account]:
    """Every phone that was ever used, by number."""
    return [Account(**fact) for _, fact in sim.state.all("account")]


def open_prompts(sim: Sim) -> list[Push]:
    """Every push whose phone shows a prompt, oldest first."""
    return [push for account in phones(sim) for push in prompts_of(sim, account)]


def prompts_of(sim: Sim, account: Account) -> list[Push]:
    """The prompts on one phone, oldest first."""
    found = (sim.push(checkout) for checkout in account.prompts)
    return [push for push in found if push is not None and push.code is None]


def words(sim: Sim, push: Push) -> str:
    """What the prompt says."""
    merchant = sim.merchant(push.shortcode)
    return prompt_text(push, merchant) if merchant else ""
