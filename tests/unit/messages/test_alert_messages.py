"""The business is told what looks wrong, in its language, once, and nothing of what is dealt with."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from shared.alerts.findings import Detector
from shared.events import AlertRaised
from shared.messages.alerts import OTHER, WHAT, alert_values
from shared.messages.model import Language

if TYPE_CHECKING:
    from tests.unit.messages.conftest import World

EN, SW = Language.ENGLISH, Language.SWAHILI
RAISED = AlertRaised(alert_id="alr_1")


def raised(world: World, **changed: object) -> None:
    fields = {
        "detector": "duplicate_payment", "state": "open", "cents": 432_100, "party_label": "WANJIRU KAMAU",
        "day": "2026-03-02", "raised_at": "2026-03-02T09:00:00.000Z", "told": True, "count": 1,
    }  # fmt: skip
    world.put("alerts", "alr_1", **{**fields, **changed})


def test_the_owner_is_told_what_and_how_much(world: World) -> None:
    world.put("profile", "business", name="Jenga Hardware", email="shop@jenga.example", phone="254712345678")
    raised(world)
    world.deliver(RAISED)
    world.deliver(RAISED)
    (mail,) = world.email_fake.desk.taken
    assert "the same was paid twice" in mail["text"]
    assert "KES 4,321.00" in mail["text"]
    assert "WANJIRU KAMAU" in mail["text"]
    assert world.sms_fake.desk.taken == []


def test_in_swahili_by_sms_where_there_is_no_email(world: World) -> None:
    world.put("profile", "business", name="Jenga Hardware", phone="254712345678", language="sw")
    raised(world)
    world.deliver(RAISED)
    (sms,) = world.sms_fake.desk.taken
    assert sms["message"].startswith("Jenga Hardware: kagua: malipo yaleyale mara mbili. KES 4,321.00")


def test_at_night_nobodys_phone_rings_and_in_the_morning_it_does(world: World) -> None:
    world.put("profile", "business", name="Jenga Hardware", phone="254712345678")
    world.clock.advance(11 * 3600)  # eleven at night in Nairobi
    raised(world)
    world.deliver(RAISED)
    assert world.sms_fake.desk.taken == []
    world.clock.advance(9 * 3600)
    world.deliver(RAISED)
    assert len(world.sms_fake.desk.taken) == 1


@pytest.mark.parametrize("state", ["not_a_problem", "handled"])
def test_what_somebody_has_dealt_with_is_not_told(world: World, state: str) -> None:
    world.put("profile", "business", name="Jenga Hardware", email="shop@jenga.example")
    raised(world, state=state)
    world.deliver(RAISED)
    assert world.messages() == []


def test_the_summary_says_how_many_were_kept_back(world: World) -> None:
    world.put("profile", "business", name="Jenga Hardware", email="shop@jenga.example")
    raised(world, detector="held_back", count=4, cents=0, party_label="")
    world.deliver(RAISED)
    assert world.email_fake.desk.taken[0]["subject"] == "4 more alerts of 2026-03-02"


@pytest.mark.parametrize("detector", get_args(Detector))
def test_every_detector_has_a_name_in_both_languages(detector: str) -> None:
    alert = {"detector": detector, "cents": 0, "party_label": "", "day": "2026-03-02", "count": 1}
    english, swahili = alert_values(alert, EN)[1], alert_values(alert, SW)[1]
    if detector == "held_back":
        assert english == swahili
        return
    assert english["what"] != swahili["what"]
    assert (english["what"] == OTHER[EN]) == (detector not in WHAT) == (detector == "unusual_no_rule")
