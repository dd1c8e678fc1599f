"""Every quirk of the ``Result`` family, as a table: codes, times, repeated and missing parameters."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from mpesa_mcp.helpers import parse_callback as judge

from shared.core.clock import ManualClock
from shared.core.errors import Invalid
from shared.payments.gateways.daraja.initiator import Credentials, Initiator
from shared.payments.gateways.daraja.payloads import parse_result
from shared.payments.gateways.daraja.sent_results import RESULTS, payout_result, read_moment
from shared.payments.gateways.port import Outcome, PayoutResult

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
MOMENT = datetime(2024, 7, 6, 19, 48, 52, tzinfo=UTC)
B2C = [
    {"Key": "TransactionAmount", "Value": 10},
    {"Key": "TransactionReceipt", "Value": "NLJ41HAY6Q"},
    {"Key": "TransactionCompletedDateTime", "Value": "06.07.2024 22:48:52"},
]


def read(kind: str = "payout", parameters: Any = None, **fields: Any) -> PayoutResult:
    result = {"ResultType": 0, "ResultCode": 0, "ResultDesc": "said", "ConversationID": "AG_1", **fields}
    if parameters is not None:
        result["ResultParameters"] = {"ResultParameter": parameters}
    body = {"Result": result}
    judge(body)  # whatever we read, the judge reads too
    return payout_result(parse_result(json.dumps(body).encode()), kind, "pyo_1")


@pytest.mark.parametrize("code", [0, "0"])
def test_success_as_number_or_text(code: Any) -> None:
    result = read(parameters=B2C, ResultCode=code)
    assert (result.outcome, result.receipt, result.amount_cents) == (Outcome.SUCCESS, "NLJ41HAY6Q", 1000)
    assert (result.at, result.provider_id) == (MOMENT, "AG_1")


@pytest.mark.parametrize(("code", "outcome"), sorted(RESULTS.items()))
def test_every_code(code: str, outcome: Outcome) -> None:
    assert read(ResultCode=code).outcome is outcome
    if code.isdigit():
        assert read(ResultCode=int(code)).outcome is outcome


@pytest.mark.parametrize("code", [12345, "X9", "SVC0403", -1])
def test_a_code_of_no_table_is_unknown(code: Any) -> None:
    assert read(ResultCode=code).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("parameters", "cents", "receipt"),
    [
        (B2C[0], 1000, "NLJ0"),  # one parameter is a bare object
        ([{"Key": "TransactionAmount"}, {"Key": "Amount", "Value": "7.50"}], 750, "NLJ0"),
        ([{"Key": "TransactionAmount", "Value": None}], None, "NLJ0"),
        ([{"Key": "Amount", "Value": 1.00}, {"Key": "Amount", "Value": 2.00}], 100, "NLJ0"),
        (None, None, "NLJ0"),
        ([], None, "NLJ0"),
    ],
)
def test_parameters_repeat_lack_values_or_are_bare(parameters: Any, cents: int | None, receipt: str) -> None:
    result = read(parameters=parameters, TransactionID="nlj0")
    assert (result.amount_cents, result.receipt) == (cents, receipt)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("06.07.2024 22:48:52", MOMENT),
        ("20240706224852", MOMENT),
        ("6.7.2024 22:48:52", None),
        ("31.02.2024 22:48:52", None),
        ("2024", None),
        ("", None),
    ],
)
def test_both_forms_of_a_time(text: str, moment: datetime | None) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("Completed", Outcome.SUCCESS),
        ("COMPLETED ", Outcome.SUCCESS),
        ("Failed", Outcome.FAILED_FINAL),
        ("Cancelled", Outcome.FAILED_FINAL),
        ("Declined", Outcome.FAILED_FINAL),
        ("Expired", Outcome.FAILED_FINAL),
        ("Authorized", Outcome.PENDING),
        ("", Outcome.PENDING),
    ],
)
def test_a_status_is_what_it_names(status: str, outcome: Outcome) -> None:
    assert read("status", [{"Key": "TransactionStatus", "Value": status}]).outcome is outcome


def test_a_status_question_that_failed_is_unknown_though_its_code_is_definite_elsewhere() -> None:
    assert read("status", ResultCode=1).outcome is Outcome.UNKNOWN


def test_charges_of_a_status_carry_words() -> None:
    told = [
        {"Key": "TransactionStatus", "Value": "Completed"},
        {"Key": "DebitPartyName", "Value": "600000 - A"},
        {"Key": "DebitPartyName", "Value": "600000 - A"},
        {"Key": "DebitPartyCharges", "Value": "Fee For B2C Payment|KES|22.40"},
        {"Key": "ReceiptNo", "Value": "LIB81H29K6"},
        {"Key": "FinalisedTime", "Value": 20240706224852},
        {"Key": "Amount", "Value": 300},
    ]
    result = read("status", told)
    assert (result.charge_cents, result.amount_cents, result.at) == (2240, 30_000, MOMENT)


def certificate(key: Any, begin: datetime = NOW, days: int = 1) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(begin - timedelta(days=1))
    return builder.not_valid_after(begin + timedelta(days=days)).sign(key, SHA256())


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
GOOD = certificate(RSA)
PEM, DER = (GOOD.public_bytes(form) for form in (Encoding.PEM, Encoding.DER))


def encrypted(given: str, password: str = "secret") -> str:  # noqa: S107 - a password of a test
    return Credentials(Initiator("op", password, given), ManualClock(NOW)).encrypted()


@pytest.mark.parametrize(
    "given",
    [PEM.decode(), PEM.decode().replace("\n", "\\n"), base64.b64encode(DER).decode()],
    ids=["pem", "pem on one line", "der in base64"],
)
def test_the_password_is_encrypted_for_the_certificate(given: str) -> None:
    first, second = encrypted(given), encrypted(given)
    assert first != second
    assert RSA.decrypt(base64.b64decode(first), PKCS1v15()) == b"secret"


@pytest.mark.parametrize(("name", "raw"), [("a.pem", PEM), ("a.cer", DER)])
def test_the_certificate_may_be_a_file(tmp_path: Path, name: str, raw: bytes) -> None:
    (tmp_path / name).write_bytes(raw)
    assert RSA.decrypt(base64.b64decode(encrypted(str(tmp_path / name))), PKCS1v15()) == b"secret"


@pytest.mark.parametrize(
    ("given", "password", "expected"),
    [
        (certificate(RSA, NOW - timedelta(days=9)), "s", "DARAJA_CERTIFICATE: ended on 2026-02-22"),
        (certificate(RSA, NOW + timedelta(days=9)), "s", "DARAJA_CERTIFICATE: begins on 2026-03-10"),
        (certificate(ec.generate_private_key(ec.SECP256R1())), "s", "DARAJA_CERTIFICATE: holds no RSA key"),
        (GOOD, "s" * 246, "DARAJA_INITIATOR_PASSWORD: is too long"),
        (GOOD, "", "DARAJA_INITIATOR_PASSWORD: is missing"),
    ],
)
def test_what_cannot_be_used_is_named(given: x509.Certificate, password: str, expected: str) -> None:
    with pytest.raises(Invalid) as caught:
        encrypted(given.public_bytes(Encoding.PEM).decode(), password)
    assert caught.value.code == "settings_invalid"
    assert caught.value.message.startswith(expected)
