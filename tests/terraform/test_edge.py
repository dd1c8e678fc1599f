"""The way in: every path to its function, limits for each address, callbacks by rules of their own."""

from __future__ import annotations

from typing import Any

from local.topology import Topology
from shared.core.callback_words import forbidden_word
from tests.terraform.plan import Plan

REST = 2147483647


def rules(plan: Plan, policy: str) -> dict[int, dict[str, Any]]:
    found = plan.one(f'google_compute_security_policy.{policy}["edge"]')["rule"]
    return {rule["priority"]: rule for rule in found}


def test_every_path_is_routed(plan: Plan, topology: Topology) -> None:
    (matcher,) = plan.one('google_compute_url_map.edge["edge"]')["path_matcher"]
    routed = sorted(path for rule in matcher["path_rule"] for path in rule["paths"])
    paths = [path for function in topology.functions.values() for path in function.paths]
    assert routed == sorted(f"{path}{rest}" for path in paths for rest in ("", "/*"))
    assert [path for path in routed if forbidden_word(path)] == []


def test_only_https_is_served(plan: Plan) -> None:
    https = plan.one('google_compute_global_forwarding_rule.https["edge"]')
    assert (https["port_range"], https["load_balancing_scheme"]) == ("443", "EXTERNAL_MANAGED")
    (redirect,) = plan.one('google_compute_url_map.redirect["edge"]')["default_url_redirect"]
    assert redirect["https_redirect"] is True
    assert plan.one('google_compute_ssl_policy.edge["edge"]')["min_tls_version"] == "TLS_1_2"


def test_the_certificate_is_for_the_host(plan: Plan) -> None:
    (managed,) = plan.one('google_compute_managed_ssl_certificate.edge["edge"]')["managed"]
    assert [f"https://{domain}" for domain in managed["domains"]] == [plan.output("public_url")]


def test_one_address_cannot_flood_the_api(plan: Plan) -> None:
    (limit,) = rules(plan, "api")[3000]["rate_limit_options"]
    assert (limit["enforce_on_key"], limit["exceed_action"]) == ("IP", "deny(429)")
    assert limit["rate_limit_threshold"] == [{"count": 300, "interval_sec": 60}]


def test_known_exploits_are_refused_and_guesses_are_only_reported(plan: Plan) -> None:
    for policy in ("api", "callbacks"):
        exploits = [r for r in rules(plan, policy).values() if "cve-canary" in str(r["match"])]
        assert [(r["action"], bool(r.get("preview"))) for r in exploits] == [("deny(403)", False)], policy
    owasp = [r for p, r in rules(plan, "api").items() if 2000 <= p < 3000]
    assert len(owasp) == 6
    assert all(r["preview"] for r in owasp)
    mail = "!request.path.startsWith('/v1/receipt-mail/inbound/') && evaluatePreconfiguredWaf("
    assert all(r["match"][0]["expr"][0]["expression"].startswith(mail) for r in owasp), "mails hold HTML"


def test_callbacks_have_a_policy_of_their_own_without_guesses(plan: Plan) -> None:
    found = rules(plan, "callbacks")
    assert sorted(found) == [900, 1000, REST]
    (limit,) = found[1000]["rate_limit_options"]
    (api,) = rules(plan, "api")[3000]["rate_limit_options"]
    assert limit["rate_limit_threshold"][0]["count"] > 10 * api["rate_limit_threshold"][0]["count"]
    assert found[REST]["action"] == "allow", "no list of sources: anybody may knock"


def test_prod_calls_daraja_from_one_address(prod: Plan, dev: Plan) -> None:
    assert prod.one("google_compute_router_nat.egress[0]")["nat_ip_allocate_option"] == "MANUAL_ONLY"
    assert not dev.of("compute_router_nat")
    through = {
        f.module
        for f in prod.of("cloudfunctions2_function")
        if f.values["service_config"][0]["direct_vpc_network_interface"]
    }
    talks_to_daraja = {
        f.module
        for f in prod.of("cloudfunctions2_function")
        if any(
            s["key"] == "DARAJA_KEY" for s in f.values["service_config"][0]["secret_environment_variables"]
        )
    }
    assert through == talks_to_daraja
    assert through


def test_nothing_listens_in_the_network(prod: Plan) -> None:
    (firewall,) = prod.of("compute_firewall")
    assert firewall.values["direction"] == "INGRESS"
    assert firewall.values["deny"][0]["protocol"] == "all"
