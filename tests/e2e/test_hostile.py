"""Bad input to the product as it runs: every answer explains itself, nothing is half done or falls over.

One process serves all of these tests; the last ones look at what it stored and how much memory it ever took.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from local.server import MAX_HEADER_BYTES
from tests.e2e.hostile_files import (
    packed,
    pdf_around,
    picture,
    png_bomb,
    refused_at_the_door,
    refused_on_reading,
)
from tests.e2e.process import BUSINESS, Running, started, wait_until

MIB = 1 << 20


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("hostile")) as running:
        yield running


@pytest.fixture
def untouched(product: Running) -> Iterator[None]:
    """Fails when a test leaves a document behind, or the product dead."""
    before = product.documents()
    yield
    assert product.documents() == before
    assert product.alive()


def explained(status: int, headers: Any, body: bytes) -> dict[str, Any]:
    """A refusal in the one form: problem details with a code, and the request id twice."""
    assert 400 <= status < 500, f"{status}: {body[:300]!r}"
    assert headers["Content-Type"] == "application/problem+json", body[:300]
    problem: dict[str, Any] = json.loads(body)
    assert problem["status"] == status
    assert problem["code"]
    assert problem["detail"]
    assert problem["request_id"] == headers["X-Request-Id"]
    assert len(body) < 20_000
    return problem


# --- JSON
CUSTOMER = "/v1/customers"
INVOICE = {"customer_id": "cus_1", "lines": [{"description": "x", "unit_cents": 100}]}
OUT = {"amount_cents": 100, "paid_at": "2026-03-01T09:00:00Z"}


def line(**fields: Any) -> bytes:
    return json.dumps({**INVOICE, "lines": [{**INVOICE["lines"][0], **fields}]}).encode()  # type: ignore[index,dict-item]


BODIES: dict[str, tuple[str, bytes]] = {
    "nothing": (CUSTOMER, b""),
    "broken": (CUSTOMER, b'{"name": "x"'),
    "a list": (CUSTOMER, b"[]"),
    "a number": (CUSTOMER, b"7"),
    "two documents": (CUSTOMER, b'{"name": "x"}{"name": "y"}'),
    "unknown field": (CUSTOMER, b'{"name": "x", "is_admin": true}'),
    "field of the store": (CUSTOMER, b'{"name": "x", "credit_cents": 100000}'),
    "number as name": (CUSTOMER, b'{"name": 7}'),
    "object as name": (CUSTOMER, b'{"name": {"$ne": ""}}'),
    "null as name": (CUSTOMER, b'{"name": null}'),
    "long name": (CUSTOMER, json.dumps({"name": "x" * 100_000}).encode()),
    "blank name": (CUSTOMER, b'{"name": "   "}'),
    "zero byte": (CUSTOMER, b'{"name": "a\\u0000b"}'),
    "escape character": (CUSTOMER, b'{"name": "\\u001b[2J"}'),
    "half a character": (CUSTOMER, b'{"name": "\\ud83d"}'),
    "bytes that are no text": (CUSTOMER, b'{"name": "\xff\xfe"}'),
    "utf-16": (CUSTOMER, '{"name": "x"}'.encode("utf-16")),
    "not a number": (CUSTOMER, b'{"name": NaN}'),
    "deep list": (CUSTOMER, b'{"name": ' + b"[" * 200_000),
    "deep object": (CUSTOMER, b'{"a":' * 100_000),
    "a thousand phones": (CUSTOMER, json.dumps({"name": "x", "phones": ["0712345678"] * 1000}).encode()),
    "odd phone": (CUSTOMER, json.dumps({"name": "x", "phones": ["٠٧١٢٣٤٥٦٧٨"]}).encode()),
    "e-mail with a header": (CUSTOMER, json.dumps({"name": "x", "email": "a@b.co\nBcc: c@d.co"}).encode()),
    "over a mebibyte": (CUSTOMER, json.dumps({"name": "x" * MIB}).encode()),
    "no lines": ("/v1/invoices", b'{"customer_id": "cus_1", "lines": []}'),
    "unknown customer": ("/v1/invoices", line()),
    "id with a path": ("/v1/invoices", json.dumps({**INVOICE, "customer_id": "../biz_x/cus_1"}).encode()),
    "price below zero": ("/v1/invoices", line(unit_cents=-1)),
    "price with a point": ("/v1/invoices", line(unit_cents=10.5)),
    "price as text": ("/v1/invoices", line(unit_cents="100")),
    "price that is no number": ("/v1/invoices", line(unit_cents=float("nan"))),
    "endless price": ("/v1/invoices", line(unit_cents=10**400)),
    "price beyond exact numbers": ("/v1/invoices", line(unit_cents=2**63)),
    "infinite price": (
        "/v1/invoices",
        b'{"customer_id":"c","lines":[{"description":"x","unit_cents":1e999}]}',
    ),
    "unknown VAT": ("/v1/invoices", line(vat_band="Z")),
    "thirtieth of February": ("/v1/invoices", json.dumps({**INVOICE, "due_date": "2026-02-30"}).encode()),
    "week as a day": ("/v1/invoices", json.dumps({**INVOICE, "due_date": "2026-W01-1"}).encode()),
    "two hundred and one lines": (
        "/v1/invoices",
        json.dumps({**INVOICE, "lines": INVOICE["lines"] * 201}).encode(),
    ),  # type: ignore[operator]
    "half a shilling": ("/v1/attempts", b'{"phone": "0712345678", "amount_cents": 50}'),
    "over the limit": ("/v1/attempts", b'{"phone": "0712345678", "amount_cents": 25000100}'),
    "nobody's phone": ("/v1/attempts", b'{"phone": "123", "amount_cents": 100}'),
    "foreign phone": ("/v1/attempts", b'{"phone": "+14155550100", "amount_cents": 100}'),
    "no amount": ("/v1/attempts", b'{"phone": "0712345678"}'),
    "amount true": ("/v1/attempts", b'{"phone": "0712345678", "amount_cents": true}'),
    "reference with a quote": (
        "/v1/attempts",
        b'{"phone": "0712345678", "amount_cents": 100, "reference": "a\'b"}',
    ),
    "unknown invoice": ("/v1/attempts", b'{"phone": "0712345678", "invoice_id": "inv_none"}'),
    "zero byte in an id": ("/v1/attempts", b'{"phone": "0712345678", "invoice_id": "a\\u0000"}'),
    "nothing paid": ("/v1/transactions", json.dumps({**OUT, "amount_cents": 0}).encode()),
    "no such time": ("/v1/transactions", json.dumps({**OUT, "paid_at": "yesterday"}).encode()),
    "time beyond years": (
        "/v1/transactions",
        json.dumps({**OUT, "paid_at": "99999-01-01T00:00:00Z"}).encode(),
    ),
    "time without a zone": (
        "/v1/transactions",
        json.dumps({**OUT, "paid_at": "2026-03-01T09:00:00"}).encode(),
    ),
    "money of nowhere": ("/v1/transactions", json.dumps({**OUT, "currency": "kes"}).encode()),
    "receipt of control characters": (
        "/v1/transactions",
        json.dumps({**OUT, "receipt": "A\u0007B"}).encode(),
    ),
    "empty question": ("/ai/ask", b'{"question": ""}'),
    "endless question": ("/ai/ask", json.dumps({"question": "why " * 200_000}).encode()),
    "days that are none": (
        "/ai/ask",
        b'{"question": "sales", "date_range": {"from": "0000-00-00", "to": "9999-99-99"}}',
    ),
    "days backwards": (
        "/ai/ask",
        b'{"question": "sales", "date_range": {"from": "2026-03-02", "to": "2026-03-01"}}',
    ),
    "password as a list": ("/v1/auth/token", b'{"email": "a@b.co", "password": ["x"]}'),
    "wrong password": ("/v1/auth/token", b'{"email": "a@b.co", "password": "xxxxxxxxxx"}'),
}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("what", BODIES)
def test_a_bad_body_is_explained_and_stores_nothing(product: Running, what: str) -> None:
    path, body = BODIES[what]
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"bad-{abs(hash(what))}"}
    answer = product.call("POST", path, data=body, headers=headers)
    problem = explained(answer.status_code, answer.headers, answer.content)
    assert answer.status_code in (401, 404, 413, 422)
    assert (answer.status_code == 413) == (len(body) > MIB)
    assert problem["instance"] == path


# --- addresses, methods, types
ADDRESSES: dict[str, tuple[str, str, int]] = {
    "newline": ("GET", "/v1/customers/%0a", 400),
    "newline in front": ("GET", "/%0d%0aSet-Cookie:x=1/v1/customers", 400),
    "zero byte": ("GET", "/v1/customers/cus%00", 400),
    "up": ("GET", "/v1/customers/..%2f..%2fetc%2fpasswd", 404),
    "up plainly": ("GET", "/assets/../../../pyproject.toml", 404),
    "up in assets": ("GET", "/assets/..%2f..%2fsystem.py", 404),
    "two slashes": ("GET", "/v1//customers", 404),
    "slash in an id": ("GET", "/v1/customers/a%2Fb", 404),
    "bytes that are no text": ("GET", "/v1/customers/%ff%fe", 422),
    "long id": ("GET", "/v1/customers/" + "x" * 300, 404),
    "odd id": ("GET", "/v1/customers/$where", 422),
    "hidden id": ("GET", "/v1/customers/__proto__", 422),
    "page too long": ("GET", "/v1/customers?limit=100000", 422),
    "page below zero": ("GET", "/v1/customers?limit=-1", 422),
    "unknown argument": ("GET", "/v1/customers?is_admin=1", 422),
    "rubbish cursor": ("GET", "/v1/customers?cursor=%00%ff", 400),
    "cursor of another shape": ("GET", "/v1/customers?cursor=W10", 400),
    "long cursor": ("GET", "/v1/customers?cursor=" + "A" * 1001, 422),
    "odd filter": ("GET", "/v1/invoices?customer_id=a%00b", 422),
    "unknown status": ("GET", "/v1/invoices?status=%ff", 422),
    "put": ("PUT", "/v1/customers", 405),
    "options": ("OPTIONS", "/v1/customers", 405),
    "trace": ("TRACE", "/v1/customers", 405),
    "made-up method": ("BREW", "/v1/customers", 405),
    "delete a list": ("DELETE", "/v1/customers", 405),
    "get a command": ("GET", "/v1/invoices/inv_1/finalise", 405),
    "post to a page": ("POST", "/status.json", 405),
    "post to an asset": ("POST", "/assets/hesabu.css", 405),
    "callback without a token": ("POST", "/ipn/stk/biz_target/att_1", 404),
    "callback with a wrong token": ("POST", "/ipn/stk/biz_target/att_1/" + "0" * 64, 404),
    "git": ("GET", "/.git/config", 404),
    "settings": ("GET", "/.env", 404),
}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("what", ADDRESSES)
def test_a_bad_address_or_method_is_explained(product: Running, what: str) -> None:
    method, path, status = ADDRESSES[what]
    connection = HTTPConnection("127.0.0.1", product.port, timeout=20)  # sends the path as it stands here
    try:
        connection.request(method, path, headers={"Authorization": f"Bearer {product.token()}"})
        answer = connection.getresponse()
        problem = explained(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
    assert problem["status"] == status


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/customers/cus_none", "/", "/nope"])
def test_head_answers_without_a_body(product: Running, path: str) -> None:
    got, head = product.call("GET", path), product.call("HEAD", path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/invoices", "/v1/attempts", "/v1/transactions"])
@pytest.mark.parametrize("key", [None, "", "with space", "x" * 300, "one, two"])
def test_without_one_usable_key_nothing_is_made(product: Running, path: str, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = product.call("POST", path, json={"name": "x"}, headers=headers)
    assert explained(answer.status_code, answer.headers, answer.content)["code"] == "idempotency_key_required"


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "mimetype", ["text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_another_type_of_body_is_a_415(product: Running, mimetype: str) -> None:
    headers = {"Content-Type": mimetype, "Idempotency-Key": "typed"}
    answer = product.call("POST", CUSTOMER, data=b'{"name": "x"}', headers=headers)
    assert explained(answer.status_code, answer.headers, answer.content)["status"] == 415


# --- requests that are hardly HTTP
def post(*headers: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join(
        [b"POST /v1/receipts HTTP/1.1", b"Host: 127.0.0.1", *headers, b"Connection: close", b"", body]
    )


RAW: dict[str, tuple[bytes, int]] = {
    "length below zero": (post(b"Content-Length: -1"), 400),
    "length as a word": (post(b"Content-Length: many"), 400),
    "length with a sign": (post(b"Content-Length: +5", body=b"12345"), 400),
    "two lengths": (post(b"Content-Length: 1", b"Content-Length: 2", body=b"x"), 400),
    "a terabyte announced": (post(b"Content-Length: 1000000000000"), 413),
    "more digits than a number": (post(b"Content-Length: " + b"9" * 400), 413),
    "odd encoding": (post(b"Transfer-Encoding: gzip", body=b"x"), 501),
    "broken chunk": (post(b"Transfer-Encoding: chunked", body=b"zz\r\nhello\r\n0\r\n\r\n"), 400),
    "chunk below zero": (post(b"Transfer-Encoding: chunked", body=b"-5\r\nhello\r\n0\r\n\r\n"), 400),
    "space before the colon": (post(b"X-Odd : 1"), 400),
    "folded header": (post(b"X-Odd: 1\r\n  2"), 401),
    "header of 100 kB": (post(b"X-Long: " + b"x" * 100_000), 431),
    "query of 100 kB": (b"GET /v1/customers?q=" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", 431),
    "no request at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "no version": (b"GET\r\n\r\n", 400),
}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("what", RAW)
def test_a_malformed_request_is_explained_as_well(product: Running, what: str) -> None:
    request, status = RAW[what]
    # no more is sent than is read: refusing early, the server does not wait for the rest
    head, _, body = product.raw(request[:MAX_HEADER_BYTES]).partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.title(): value for name, value in (one.split(": ", 1) for one in rest)}
    assert first.split(" ")[1] == str(status), first
    problem = json.loads(body)
    assert headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["request_id"]) == (status, headers["X-Request-Id"])
    assert b"Traceback" not in body
    assert b"waitress" not in body


@pytest.mark.usefixtures("untouched")
def test_a_caller_that_leaves_in_the_middle_harms_nobody(product: Running) -> None:
    import socket

    for piece in (b"POST", b"POST /v1/receipts HTTP/1.1\r\nHost: x\r\n", post(b"Content-Length: 5000000")):
        with socket.create_connection(("127.0.0.1", product.port), timeout=5) as connection:
            connection.sendall(piece)


# --- files over HTTP
@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("what", refused_at_the_door())
def test_a_file_that_is_no_receipt_is_refused_on_upload(product: Running, what: str) -> None:
    content, code = refused_at_the_door()[what]
    answer = product.call("POST", "/v1/receipts", data=content, headers={"Content-Type": "image/jpeg"})
    assert answer.status_code == 422
    assert explained(answer.status_code, answer.headers, answer.content)["code"] == code
    assert not list(bucket(product).glob("*"))


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("mebibytes", [11, 17, 53])
def test_a_file_over_ten_mebibytes_is_a_413(product: Running, mebibytes: int) -> None:
    content = picture("JPEG") + b"\x00" * (mebibytes * MIB)
    connection = HTTPConnection("127.0.0.1", product.port, timeout=60)
    try:
        connection.putrequest("POST", "/v1/receipts")
        connection.putheader("Authorization", f"Bearer {product.token()}")
        connection.putheader("Content-Length", str(len(content)))
        connection.endheaders()
        if mebibytes < 52:  # the server itself refuses more than that before it is sent
            connection.send(content)
        answer = connection.getresponse()
        assert explained(answer.status, answer.headers, answer.read())["code"] == "body_too_large"
    finally:
        connection.close()
    assert not list(bucket(product).glob("*"))


def bucket(product: Running) -> Path:
    return product.folder / "bucket" / "receipts" / BUSINESS


# --- files that are refused when they are opened, by both ways in
def bombs() -> dict[str, tuple[bytes, str]]:
    blank = pdf_around(b"", packed(b" " * 100_000, 9_000))
    return {**refused_on_reading(), "pdf that unpacks to a gigabyte": (blank, "receipt_too_complex")}


def final(product: Running) -> dict[str, dict[str, Any]]:
    """Every receipt by the name of its file."""
    found: dict[str, dict[str, Any]] = {}
    cursor: str | None = None
    while True:
        params = {"limit": "100", **({"cursor": cursor} if cursor else {})}
        page = product.call("GET", "/v1/receipts", params=params).json()
        found |= {Path(row["file"]).name: row for row in page["data"]}
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def refused(product: Running, names: dict[str, str]) -> None:
    """Wait for every file's receipt: refused for its reason, in words, and nothing read from it."""
    wait_until(lambda: set(names) <= set(final(product)), 60)
    receipts = final(product)
    for name, code in names.items():
        receipt = receipts[name]
        assert (receipt["status"], receipt["reasons"]) == ("refused", [code]), name
        assert receipt["refusal"], name
        assert (receipt["total_cents"], receipt["fields"], receipt["engine"]) == (0, {}, ""), name
    assert product.alive()


def test_files_that_break_on_reading_end_as_refused_receipts_when_uploaded(product: Running) -> None:
    names: dict[str, str] = {}
    for what, (content, code) in bombs().items():
        answer = product.call("POST", "/v1/receipts", data=content)
        assert answer.status_code == 202, f"{what}: {answer.text}"
        names[Path(answer.json()["name"]).name] = code
    assert len(names) == len(bombs())
    refused(product, names)


def test_files_that_break_on_reading_end_as_refused_receipts_when_dropped(product: Running) -> None:
    names = {}
    everything = {
        **refused_at_the_door(),
        **bombs(),
        "over ten mebibytes": (b"\xff" * (11 * MIB), "receipt_too_large"),
    }
    for what, (content, code) in everything.items():
        name = f"dropped {what}.jpg"
        # the very same bytes were uploaded above: a tail makes them another file
        (bucket(product) / name).write_bytes(content + b"\n" if content else content)
        names[name] = code
    refused(product, names)


def test_files_of_impossible_names_and_kinds_hurt_nobody(product: Running) -> None:
    folder = bucket(product)
    before = product.documents()["receipts"]
    for name in (
        b"\xff\xfe.jpg",
        b"line\nbreak.jpg",
        b".hidden.jpg",
        b"\xe2\x80\xaetxt.jpg",
        b"back\\slash.jpg",
    ):
        (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_bytes(b"x")
    (folder / "link.jpg").symlink_to("/etc/passwd")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.jpg")
    (folder.parent / "no business.jpg").write_bytes(b"x")
    (folder.parent / "__odd").mkdir()
    (folder.parent / "__odd" / "x.jpg").write_bytes(b"x")
    (folder / "last.jpg").write_bytes(b"it was seen after all of these")
    refused(product, {"last.jpg": "receipt_unsupported_type"})
    assert product.documents()["receipts"] == before + 1


def test_each_file_is_one_receipt_and_nothing_else_was_made(product: Running) -> None:
    names = final(product)
    made = product.documents()
    assert made["receipts"] == len(names)
    assert not {
        "expenses",
        "transactions",
        "journal",
        "customers",
        "invoices",
        "attempts",
        "callbacks",
    } & set(made)
    status = product.call("GET", "/status.json").json()
    assert status["totals"]["dead"] == 0


def test_all_of_this_took_less_than_512_mib_and_no_reader(product: Running) -> None:
    """Peak memory since the start of the process, which the heaviest of the inputs is given once more."""
    bomb = product.call("POST", "/v1/receipts", data=png_bomb() + b"again")
    refused(product, {Path(bomb.json()["name"]).name: "receipt_pixels"})
    assert product.peak_mib() < 512
    assert not product.has_loaded("onnxruntime"), "a refused file costs no OCR model"


# --- the same key, many times at once
def at_once(
    product: Running, path: str, bodies: list[dict[str, Any]], key: str
) -> list[tuple[int, bytes, bool]]:
    """Send each body in a thread with one key; returns status, body and whether it is a replay."""
    gate = threading.Barrier(len(bodies))
    answers: list[tuple[int, bytes, bool]] = []

    def send(body: dict[str, Any]) -> None:
        gate.wait()
        answer = product.call("POST", path, json=body, headers={"Idempotency-Key": key})
        answers.append(
            (answer.status_code, answer.content, answer.headers.get("Idempotent-Replayed") == "true")
        )

    threads = [threading.Thread(target=send, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == len(bodies)
    return answers


def made_by(product: Running, change: Any) -> tuple[Any, Counter[str]]:
    before = product.documents()
    result = change()
    return result, product.documents() - before


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/invoices"])
def test_twenty_at_once_with_one_key_are_one(product: Running, path: str) -> None:
    body: dict[str, Any] = {"name": "Wanjiku Kamau", "phones": ["0712345678"]}
    if path == "/v1/invoices":
        customer = product.call(
            "POST", CUSTOMER, json={"name": "Otieno"}, headers={"Idempotency-Key": "otieno"}
        )
        body = {**INVOICE, "customer_id": customer.json()["id"]}
    answers, made = made_by(product, lambda: at_once(product, path, [body] * 20, f"same-{path}"))
    assert [status for status, _, _ in answers] == [201] * 20
    assert len({content for _, content, _ in answers}) == 1
    assert sum(replayed for _, _, replayed in answers) == 19
    assert made[path.rsplit("/", 1)[1]] == 1
    assert made["once"] == 1


def test_twenty_different_bodies_at_once_with_one_key_make_one_and_nineteen_refusals(
    product: Running,
) -> None:
    bodies = [{"name": f"Customer {number}"} for number in range(20)]
    answers, made = made_by(product, lambda: at_once(product, CUSTOMER, bodies, "quarrel"))
    assert Counter(status for status, _, _ in answers) == {201: 1, 422: 19}
    assert {json.loads(body)["code"] for status, body, _ in answers if status == 422} == {
        "idempotency_mismatch"
    }
    assert made["customers"] == 1


def test_a_replay_answers_the_same_even_when_the_thing_has_changed(product: Running) -> None:
    send = {"json": {"name": "Before"}, "headers": {"Idempotency-Key": "changed-since"}}
    first = product.call("POST", CUSTOMER, **send)
    address = f"{CUSTOMER}/{first.json()['id']}"
    assert product.call("PATCH", address, json={"name": "After"}).status_code == 200
    again = product.call("POST", CUSTOMER, **send)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert product.call("GET", address).json()["name"] == "After"


def test_a_refused_request_does_not_use_its_key_up(product: Running) -> None:
    headers = {"Idempotency-Key": "second-try"}
    assert product.call("POST", CUSTOMER, json={"name": ""}, headers=headers).status_code == 422
    assert product.call("POST", CUSTOMER, json={"name": "Right"}, headers=headers).status_code == 201


def test_a_key_of_one_route_is_free_on_another(product: Running) -> None:
    headers = {"Idempotency-Key": "two-routes"}
    assert product.call("POST", CUSTOMER, json={"name": "x"}, headers=headers).status_code == 201
    assert product.call("POST", "/v1/transactions", json=OUT, headers=headers).status_code == 201
