"""Callback URLs prove themselves, and Daraja would accept them."""

from __future__ import annotations

import pytest

from shared.core.errors import Invalid, InvalidDocument
from shared.payments.gateways.daraja.urls import (
    callback_token,
    callback_url,
    check_callback_url,
    token_matches,
)

SECRET = "k" * 32
BASE = "https://pay.example.co.ke/"


def test_the_path_names_the_attempt_and_the_token_proves_it() -> None:
    url = callback_url(BASE, "stk", "biz_1", "att_1", SECRET)
    head, token = url.rsplit("/", 1)
    assert head == "https://pay.example.co.ke/ipn/stk/biz_1/att_1"
    assert token_matches(SECRET, token, "stk", "biz_1", "att_1")
    assert len(token) == 64
    assert token == token.lower()


def test_the_c2b_path() -> None:
    url = callback_url(BASE, "c2b/confirmation", "biz_1", "174379", SECRET)
    assert url.startswith("https://pay.example.co.ke/ipn/c2b/confirmation/biz_1/174379/")


@pytest.mark.parametrize(
    "path",
    [
        ("stk", "biz_2", "att_1"),
        ("stk", "biz_1", "att_2"),
        ("c2b", "biz_1", "att_1"),
        ("stk", "biz_1a", "tt_1"),
    ],
)
def test_a_token_opens_one_door_only(path: tuple[str, ...]) -> None:
    token = callback_token(SECRET, "stk", "biz_1", "att_1")
    assert not token_matches(SECRET, token, *path)
    assert not token_matches("other" * 8, token, "stk", "biz_1", "att_1")


@pytest.mark.parametrize("token", ["", "0" * 64, "é" * 64, "\ud800"])
def test_foreign_tokens_are_refused_quietly(token: str) -> None:
    assert not token_matches(SECRET, token, "stk", "biz_1", "att_1")


@pytest.mark.parametrize(
    "url",
    [
        "http://pay.example.co.ke/ipn/x",
        "ftp://127.0.0.1/ipn",
        "https://Pay.example.co.ke/ipn",
        "https://user@pay.example.co.ke/ipn",
        "https://pay.example.co.ke/MPESA/ipn",
        "https://m-pesa.example.co.ke/ipn",
        "https://pay.example.co.ke/ipn?query=1",
        "https://",
        "https://[half",
        "",
    ],
)
def test_urls_that_daraja_refuses(url: str) -> None:
    with pytest.raises(Invalid):
        check_callback_url(url)


def test_a_business_id_may_not_spell_a_forbidden_word() -> None:
    with pytest.raises(Invalid, match="sql"):
        callback_url(BASE, "stk", "biz_mysqlshop", "att_1", SECRET)
    with pytest.raises(InvalidDocument):
        callback_url(BASE, "stk", "biz/1", "att_1", SECRET)


def test_loopback_needs_no_https() -> None:
    assert check_callback_url("http://127.0.0.1:8080/ipn/x")
    assert check_callback_url("http://[::1]:8080/ipn/x")
