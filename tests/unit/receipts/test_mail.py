"""A mail to a business's address: its files are read once, and what is not let in is kept with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import HesabuError, Invalid, NotFound, Refused, Unavailable
from shared.events import SYSTEM
from shared.receipts import mail_box
from shared.receipts.intake import take_in
from shared.receipts.mail import MOST_FILES, admit, receive
from shared.receipts.mail_form import Mail, read_mail
from shared.receipts.mail_policy import check_senders, why_not
from shared.receipts.places import MAILS
from shared.store import Doc, Once, Query
from tests.unit.receipts.forms import KIND, form, sendgrid, sendgrid_raw, written
from tests.unit.receipts.intake_world import BUSINESS, World
from tests.unit.receipts.support import image_bytes
from tests.unit.receipts.zips import zipped

PHOTO, OTHER = image_bytes("PNG"), image_bytes("PNG", (410, 610))


@pytest.fixture
def address(world: World) -> str:
    """The business's box, which Juma may write to."""
    token = mail_box.new_address(world, BUSINESS, "usr_1", Once("k", "f"))
    mail_box.change_senders(world.store, BUSINESS, ["juma@duka.example", "@shop.example"], "usr_1")
    return mail_box.address_of(world.settings, token)


def post(world: World, raw: bytes) -> Doc:
    (record,) = receive(world, mail_box.hook_token(world.settings), KIND, raw)
    return record


def mails(world: World, business: str = BUSINESS) -> list[Doc]:
    return world.store.all(business, Query(MAILS, (), "received_at"))


def test_each_file_of_a_mail_is_a_receipt(world: World, address: str) -> None:
    record = post(world, sendgrid(("a.png", PHOTO), ("b.txt", b"no picture"), to=address))
    assert (record.data["status"], record.data["reason"]) == ("taken_in", "")
    assert [(file["name"], file["code"]) for file in record.data["files"]] == [
        ("a.png", ""),
        ("b.txt", "receipt_unsupported_type"),
    ]
    world.spread()
    told = {doc.data["status"]: doc.data for doc in world.receipts}
    assert set(told) == {"accepted", "refused"}
    assert told["refused"]["refusal"].startswith("b.txt: ")
    assert {data["source_id"] for data in told.values()} == {record.id}


def test_the_raw_form_gives_the_same(world: World, address: str) -> None:
    message = written(("risiti ya mafuta.png", PHOTO), ("b.png", OTHER))
    record = post(world, sendgrid_raw(message, to=address))
    assert record.data["message_id"] == "<raw@duka.example>"
    assert [file["name"] for file in record.data["files"]] == ["risiti ya mafuta.png", "b.png"]
    assert [world.blobs.get(file["object"]) for file in record.data["files"]] == [PHOTO, OTHER]


def test_a_mail_that_is_posted_again_adds_nothing(world: World, address: str) -> None:
    raw = sendgrid(("a.png", PHOTO), ("b.txt", b"no picture"), to=address)
    first = post(world, raw)
    world.spread()
    before = [doc.etag for doc in world.receipts]
    assert post(world, raw).etag == first.etag
    world.spread()
    assert [doc.etag for doc in world.receipts] == before


def test_a_forged_mail_does_not_take_the_place_of_the_true_one(world: World, address: str) -> None:
    forged = post(world, sendgrid(("a.png", PHOTO), to=address, spf="fail", dkim="none"))
    assert (forged.data["status"], forged.data["reason"]) == ("refused", "mail_sender_unproven")
    assert post(world, sendgrid(("a.png", PHOTO), to=address)).data["status"] == "taken_in"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sender": "Mallory <mallory@else.example>"}, "mail_sender_unknown"),
        ({"sender": "juma@duka.example, mallory@else.example"}, "mail_sender_unknown"),
        ({"sender": "juma@duka.example.else.example"}, "mail_sender_unknown"),
        ({"sender": ""}, "mail_sender_unknown"),
        ({"spf": "softfail", "dkim": "none"}, "mail_sender_unproven"),
        ({"dkim": "{@else.example : pass}", "envelope_from": "x@else.example"}, "mail_sender_unproven"),
        ({"dkim": "{@duka.example : fail}", "spf": ""}, "mail_sender_unproven"),
    ],
)
def test_a_mail_that_is_not_let_in_is_kept_with_the_reason(
    world: World, address: str, changes: dict[str, str], reason: str
) -> None:
    raw = sendgrid(("a.png", PHOTO), to=address, **changes)  # type: ignore[arg-type]
    record = post(world, raw)
    assert (record.data["status"], record.data["reason"]) == ("refused", reason)
    assert world.blobs.get(record.data["object"]) == raw, "the original is kept"
    assert (world.spread(), world.announced) == ({}, 0), "a stranger gets no answer"
    assert [file["name"] for file in record.data["files"]] == ["a.png"]


def test_somebody_of_the_business_may_let_it_in(world: World, address: str) -> None:
    record = post(world, sendgrid(("a.png", PHOTO), to=address, sender="agent@else.example"))
    let_in = admit(world, BUSINESS, record.id, "usr_1")
    assert (let_in.data["status"], let_in.data["admitted_by"]) == ("taken_in", "usr_1")
    world.spread()
    assert [doc.data["status"] for doc in world.receipts] == ["accepted"]
    with pytest.raises(Refused):
        admit(world, BUSINESS, record.id, "usr_1")
    with pytest.raises(NotFound):
        admit(world, "biz_b", record.id, "usr_1")


def test_a_mail_without_files_is_refused_and_its_sender_told(world: World, address: str) -> None:
    record = post(world, sendgrid(to=address))
    assert (record.data["status"], record.data["reason"]) == ("refused", "mail_without_files")
    (receipt,) = world.receipts
    assert (receipt.data["status"], receipt.data["reasons"]) == ("refused", ["mail_without_files"])
    assert (receipt.data["source_id"], world.announced) == (record.id, 1)


def test_a_mail_to_nobody_is_kept_with_the_system(world: World, address: str) -> None:
    record = post(world, sendgrid(("a.png", PHOTO), to=f"receipts-{'0' * 24}@in.hesabu.example"))
    assert (record.data["status"], record.data["reason"]) == ("refused", "mail_address_unknown")
    assert ([doc.id for doc in mails(world, SYSTEM)], mails(world)) == ([record.id], [])


def test_an_address_that_was_replaced_leads_nowhere(world: World, address: str) -> None:
    token = mail_box.new_address(world, BUSINESS, "usr_1", Once("k2", "f"))
    assert post(world, sendgrid(("a.png", PHOTO), to=address)).data["reason"] == "mail_address_unknown"
    new = mail_box.address_of(world.settings, token)
    assert post(world, sendgrid(("a.png", PHOTO), to=new)).data["status"] == "taken_in"
    assert mail_box.read_box(world.store, BUSINESS)["senders"] == ["juma@duka.example", "@shop.example"]


def test_a_hidden_copy_and_a_tag_arrive_too(world: World, address: str) -> None:
    tagged = address.replace("@", "+march@").upper()
    raw = sendgrid(("a.png", PHOTO), to=["someone@else.example", tagged])
    assert post(world, raw).data["status"] == "taken_in"


def test_the_twenty_first_file_is_told_of_and_not_read(world: World, address: str) -> None:
    files = [(f"{number}.png", PHOTO + bytes(number)) for number in range(MOST_FILES + 1)]
    record = post(world, sendgrid(*files, to=address))
    assert [file["code"] for file in record.data["files"]] == [""] * MOST_FILES + ["mail_too_many_files"]


def test_a_zip_in_a_mail_is_opened(world: World, address: str) -> None:
    post(world, sendgrid(("march.zip", zipped({"a.png": PHOTO})), ("empty.png", b""), to=address))
    world.spread()
    assert sorted(doc.data["status"] for doc in world.receipts) == ["accepted", "refused"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (form({"from": "x@y.example"}), "mail_envelope_invalid"),
        (form({"envelope": "{broken"}), "mail_envelope_invalid"),
        (form({"envelope": '{"to": "x"}'}), "mail_envelope_invalid"),
        (form({"envelope": "[" * 5000}), "mail_envelope_invalid"),
        (b"no form", "form_boundary"),
    ],
)
def test_what_is_no_post_of_a_mail_is_refused(world: World, raw: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        post(world, raw)
    assert refusal.value.code == code


def test_a_wrong_hook_does_not_exist(world: World) -> None:
    with pytest.raises(NotFound):
        receive(world, "0" * 40, KIND, b"")


@pytest.mark.parametrize("charset", ["no-such", "base64", "utf-16", "\x00", "idna"])
def test_odd_encodings_cost_letters_and_no_mail(world: World, address: str, charset: str) -> None:
    raw = sendgrid(("a.png", PHOTO), to=address, charsets=f'{{"subject": "{charset}"}}', subject="M\xe4rz")
    assert post(world, raw).data["status"] == "taken_in"


@pytest.mark.parametrize(
    "message",
    [b"", b"\xff" * 500, b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 50, b"\n\n" * 1000],
)
def test_broken_raw_messages_are_refused_and_kept(world: World, address: str, message: bytes) -> None:
    record = post(world, sendgrid_raw(message, to=address))
    assert record.data["reason"] == "mail_without_files"


def test_a_raw_message_of_a_thousand_parts_is_no_mail(world: World, address: str) -> None:
    parts = b"".join(b"--x\r\n\r\ntext\r\n" for _ in range(1000))
    message = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + parts + b"--x--\r\n"
    with pytest.raises(HesabuError) as refusal:
        post(world, sendgrid_raw(message, to=address))
    assert refusal.value.code == "mail_message_invalid"


def test_without_a_domain_there_is_no_address(world: World) -> None:
    world.settings = world.settings.model_copy(update={"receipt_mail_domain": ""})
    with pytest.raises(Unavailable):
        mail_box.new_address(world, BUSINESS, "usr_1", Once("k", "f"))


MAIL = Mail("juma@duka.co.ke", "juma@duka.co.ke", (), "", "", "pass", (), ())


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, True),
        ({"envelope_from": "bounce+1@mail.duka.co.ke"}, True),
        ({"spf": "none", "signed_by": ("duka.co.ke",)}, True),
        ({"spf": "none", "signed_by": ("mail.duka.co.ke",)}, True),
        ({"envelope_from": "x@notduka.co.ke"}, False),
        ({"envelope_from": "x@ke"}, False),
        ({"envelope_from": ""}, False),
        ({"spf": "neutral"}, False),
    ],
)
def test_spf_or_dkim_must_hold_for_the_domain_of_the_sender(changes: dict[str, Any], allowed: bool) -> None:
    assert (why_not(replace(MAIL, **changes), ["@duka.co.ke"]) == "") is allowed


@pytest.mark.parametrize(
    "wrong", ["juma", "@", "a@b", "juma@duka.co.ke, x@y.example", "<a@b.example>", "*@b.ke"]
)
def test_what_is_no_sender_is_named(wrong: str) -> None:
    assert check_senders([" Juma@Duka.co.ke ", "@b.example"]) == ("juma@duka.co.ke", "@b.example")
    with pytest.raises(Invalid) as refusal:
        check_senders(["juma@duka.co.ke", wrong])
    assert [fault.pointer for fault in refusal.value.errors] == ["/senders/1"]


def test_an_attachment_without_a_name_takes_the_one_that_the_form_tells() -> None:
    raw = sendgrid(
        ("", PHOTO), to="x@in.example", **{"attachment-info": '{"attachment1": {"name": "a.png"}}'}
    )
    assert [file.name for file in read_mail(KIND, raw).files] == ["a.png"]


def away(*_: object) -> None:
    raise Unavailable("the store is away")


def test_redelivery_after_a_crash_finishes_the_mail(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = sendgrid(("a.png", PHOTO), ("b.png", OTHER), to=address)
    with monkeypatch.context() as patch:
        patch.setattr(world.outbox, "run", away)
        with pytest.raises(Unavailable):
            post(world, raw)
    for blob in list(world.blobs.list("receipts/")):
        take_in(world, BUSINESS, world.file_of(blob))
    assert mails(world) == []
    record = post(world, raw)
    assert [file["object"].rpartition("/")[2] for file in record.data["files"]] == ["00.png", "01.png"]
    world.spread()
    assert len(world.receipts) == 2


WHOLE = sendgrid_raw(written(("a.png", PHOTO[:100]), ("b.png", b"x")), to="x@in.example")


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=12), st.booleans())
def test_any_damage_to_a_post_is_a_mail_or_a_reason(at: int, noise: bytes, over: bool) -> None:
    broken = WHOLE[:at] + noise + WHOLE[at + (len(noise) if over else 0) :]
    code = ""
    try:
        read_mail(KIND, broken)
    except HesabuError as refusal:
        code = refusal.code
    assert not code or code.startswith(("form_", "mail_"))
