"""Forms: taken apart as they were sent, or refused for a reason; never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import HesabuError
from shared.receipts.multipart import MOST_PARTS, read_form
from tests.unit.receipts.forms import BOUNDARY, KIND, form, part


def test_fields_and_files_come_in_their_order() -> None:
    raw = form({"one_receipt": "true"}, [("file", "photos/a.jpg", b"\r\n--x\r\n"), ("file", "", b"")])
    told = [(one.name, one.filename, one.content) for one in read_form(KIND, raw)]
    assert told == [
        ("one_receipt", None, b"true"),
        ("file", "a.jpg", b"\r\n--x\r\n"),
        ("file", "", b""),
    ]


END = f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("application/json", b"{}", "unsupported_media_type"),
        ("", b"", "unsupported_media_type"),
        ("multipart/mixed; boundary=x", b"", "unsupported_media_type"),
        ("multipart/form-data", END, "form_boundary"),
        (f"multipart/form-data; boundary={'x' * 71}", END, "form_boundary"),
        ('multipart/form-data; boundary="é"', END, "form_boundary"),
        (KIND, b"", "form_boundary"),
        (KIND, b"no boundary at all", "form_boundary"),
        (KIND, END, "form_empty"),
        (KIND, part("a", b"cut"), "form_truncated"),
        (KIND, part("a", b"x" * 10)[:-4], "form_truncated"),
        (KIND, form({str(number): "" for number in range(MOST_PARTS + 1)}), "form_too_many_parts"),
        (KIND, part("", b"") + END, "form_part_invalid"),
        (KIND, part("a", b"", more="X: " + "x" * 9000 + "\r\n") + END, "form_part_invalid"),
        (KIND, part("a", b"", more="no colon\r\n") + END, "form_part_invalid"),
        (
            KIND,
            part("a", b"", more='Content-Disposition: form-data; name="b"\r\n') + END,
            "form_part_invalid",
        ),
        (KIND, part("a", b"", more="Content-Transfer-Encoding: base64\r\n") + END, "form_part_invalid"),
        (KIND, f"--{BOUNDARY}x\r\n\r\n".encode() + END, "form_part_invalid"),
        (KIND, f"--{BOUNDARY}\r\n\r\nno headers\r\n".encode() + END, "form_part_invalid"),
        (KIND, part("a", b"").replace(b"form-data", b"attachment") + END, "form_part_invalid"),
    ],
)
def test_what_is_no_form_is_refused(kind: str, raw: bytes, code: str) -> None:
    with pytest.raises(HesabuError) as refusal:
        read_form(kind, raw)
    assert (refusal.value.code, refusal.value.status) == (code, 415 if code.startswith("unsup") else 422)


def test_a_field_that_is_no_text_is_said_to_be_none() -> None:
    (one,) = read_form(KIND, form({"note": b"\xff\xfe"}))
    with pytest.raises(HesabuError) as refusal:
        _ = one.text
    assert refusal.value.code == "form_field_invalid"


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_any_bytes_come_out_as_they_went_in(contents: list[bytes]) -> None:
    contents = [content.replace(BOUNDARY.encode(), b"") for content in contents]
    parts = read_form(KIND, form({}, [("f", "x.jpg", content) for content in contents]))
    assert [one.content for one in parts] == contents


@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_damage_is_a_reason(noise: bytes, at: int) -> None:
    raw = form({"a": "1"}, [("f", "x.jpg", b"content")])
    code = ""
    try:
        read_form(KIND, raw[:at] + noise + raw[at:])
    except HesabuError as refusal:
        code = refusal.code
    assert code.startswith(("form_", "unsupported")) or not code
