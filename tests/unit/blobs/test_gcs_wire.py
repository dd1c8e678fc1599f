"""What the Cloud Storage adapter sends, and what it makes of lost answers, refusals and damage."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.blobs.gcs import MARK, GcsBlobs, open_gcs
from shared.core.errors import AlreadyExists, Conflict, HesabuError, Invalid, NotFound, Unavailable
from tests.support.gcs_stand_in import PAGE, StandIn, crc32c, standing_in

NAME = "receipts/biz_1/photo.jpg"
MOST = 9 * 2**20
"""Above 8 MiB the library uploads in two requests."""


@pytest.fixture
def server() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        yield stand_in


@pytest.fixture
def blobs(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> GcsBlobs:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
    return open_gcs(f"gs://{server.bucket}", patience=2)


def there(server: StandIn, content: bytes, **more: Any) -> str:
    """Put a file in the bucket behind the adapter's back; returns its generation."""
    return str(server.store({"name": NAME, **more}, content)["generation"])


# --- what is sent
@pytest.mark.parametrize("size", [10, MOST], ids=["one request", "two requests"])
def test_a_put_for_the_first_only_carries_the_precondition_and_the_checksum(
    blobs: GcsBlobs, server: StandIn, size: int
) -> None:
    blobs.put(NAME, b"x" * size, only_if_absent=True)
    first = server.asked[0]
    assert (first.method, first.path) == ("POST", f"/upload/storage/v1/b/{server.bucket}/o")
    assert first.query["ifGenerationMatch"] == "0"
    resource, content = server.files[NAME]
    assert content == b"x" * size
    assert resource["metadata"][MARK].startswith("put_")
    assert resource["crc32c"] == crc32c(content)


def test_the_bucket_refuses_a_file_that_was_damaged_on_its_way(
    blobs: GcsBlobs, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.gcs_stand_in.crc32c", lambda _content: "AAAAAA==")
    with pytest.raises(Unavailable):
        blobs.put(NAME, b"content")
    assert server.files == {}


def test_an_overwriting_put_has_no_precondition(blobs: GcsBlobs, server: StandIn) -> None:
    blobs.put(NAME, b"x")
    assert "ifGenerationMatch" not in server.asked[0].query


def test_a_read_of_one_generation_carries_it(blobs: GcsBlobs, server: StandIn) -> None:
    generation = there(server, b"content")
    assert blobs.get(NAME, generation) == b"content"
    assert server.asked[-1].query["ifGenerationMatch"] == generation
    blobs.get(NAME)
    assert "ifGenerationMatch" not in server.asked[-1].query
    with pytest.raises(Conflict):
        blobs.get(NAME, str(int(generation) - 1))
    with pytest.raises(Conflict):
        blobs.get(NAME, "not a number")
    del server.files[NAME]
    for gone in (generation, "not a number"):
        with pytest.raises(NotFound):
            blobs.get(NAME, gone)


def test_a_listing_begins_where_it_is_told_and_fetches_pages_as_needed(
    blobs: GcsBlobs, server: StandIn
) -> None:
    names = [f"receipts/biz_1/{number}.jpg" for number in range(2 * PAGE + 1)]
    for name in names:
        server.store({"name": name}, b"x")
    assert [blob.name for blob in blobs.list("receipts/biz_1/", names[0])] == names[1:]
    assert server.asked[0].query["startOffset"] == names[0]
    assert server.asked[0].query["prefix"] == "receipts/biz_1/"
    before = len(server.asked)
    assert next(blobs.list("receipts/")).name == names[0]
    assert len(server.asked) == before + 1


def test_a_listing_shows_no_name_that_could_not_be_read_back(blobs: GcsBlobs, server: StandIn) -> None:
    for odd in (
        "receipts/biz_1/",
        "receipts/biz_1/.hidden",
        "receipts/.x/y",
        "readme.txt",
        "receipts/b/a\nb",
    ):
        server.store({"name": odd}, b"x")
    there(server, b"x")
    assert [blob.name for blob in blobs.list()] == [NAME]


# --- lost answers
def test_a_put_whose_answer_was_lost_knows_its_own_file(blobs: GcsBlobs, server: StandIn) -> None:
    server.faults = ["lose"]
    blob = blobs.put(NAME, b"mine", only_if_absent=True)
    assert blob.generation == server.files[NAME][0]["generation"]
    assert blob.stored_at == server.files[NAME][0]["timeCreated"]
    assert [asked.query.get("ifGenerationMatch") for asked in server.of("POST")] == ["0", "0"]


def test_a_put_whose_last_part_lost_its_answer_is_done_once(blobs: GcsBlobs, server: StandIn) -> None:
    server.faults = [None, "lose"]
    blob = blobs.put(NAME, b"x" * MOST, only_if_absent=True)
    assert blob.generation == server.files[NAME][0]["generation"]


def test_a_lost_request_does_not_make_another_writers_file_ours(blobs: GcsBlobs, server: StandIn) -> None:
    content = b"the very same photo"
    there(server, content, metadata={MARK: "put_of_somebody_else"})
    server.faults = ["drop"]
    with pytest.raises(AlreadyExists):
        blobs.put(NAME, content, only_if_absent=True)
    del server.files[NAME]
    there(server, content)
    server.faults = [503]
    with pytest.raises(AlreadyExists):
        blobs.put(NAME, content, only_if_absent=True)


def test_a_refusal_at_once_is_believed_without_looking(blobs: GcsBlobs, server: StandIn) -> None:
    there(server, b"x")
    with pytest.raises(AlreadyExists):
        blobs.put(NAME, b"x", only_if_absent=True)
    assert len(server.asked) == 1


def test_what_could_destroy_anothers_work_is_sent_once(blobs: GcsBlobs, server: StandIn) -> None:
    for call in (lambda: blobs.put(NAME, b"x"), lambda: blobs.delete(NAME)):
        server.asked.clear()
        server.faults = ["lose"]
        with pytest.raises(Unavailable):
            call()
        assert len(server.asked) == 1


@pytest.mark.parametrize("fault", [429, 500, 502, 503, 504, 408, "drop", "lose"])
def test_what_may_pass_is_tried_again(blobs: GcsBlobs, server: StandIn, fault: str | int) -> None:
    there(server, b"content")
    calls: list[tuple[Callable[[], Any], Any]] = [
        (lambda: blobs.get(NAME), b"content"),
        (lambda: blobs.size(NAME), 7),
        (lambda: [blob.name for blob in blobs.list()], [NAME]),
    ]
    for call, expected in calls:
        server.asked.clear()
        server.faults = [fault]
        assert call() == expected
        assert len(server.asked) == 2


@pytest.mark.parametrize("fault", ["cut", "damage"])
def test_a_download_that_breaks_is_begun_anew_and_checked_whole(
    blobs: GcsBlobs, server: StandIn, fault: str
) -> None:
    content = bytes(range(256)) * 4000
    there(server, content)
    server.faults = [fault]
    assert blobs.get(NAME) == content
    assert [asked.headers.get("range") for asked in server.asked] == [None, None]


def test_an_upload_that_claims_to_be_compressed_is_not_unpacked(blobs: GcsBlobs, server: StandIn) -> None:
    bomb = gzip.compress(b"\0" * 5_000_000)
    there(server, bomb, contentEncoding="gzip")
    assert blobs.get(NAME) == bomb


# --- what cannot be mended by trying
CALLS: dict[str, Callable[[GcsBlobs], Any]] = {
    "get": lambda blobs: blobs.get(NAME),
    "get one": lambda blobs: blobs.get(NAME, "17"),
    "size": lambda blobs: blobs.size(NAME),
    "list": lambda blobs: list(blobs.list()),
    "put": lambda blobs: blobs.put(NAME, b"x"),
    "put first": lambda blobs: blobs.put(NAME, b"x", only_if_absent=True),
    "delete": lambda blobs: blobs.delete(NAME),
}


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Callable[[GcsBlobs], Any]:
    return CALLS[request.param]


@pytest.mark.parametrize(("status", "words"), [(403, "is closed"), (400, "(400)"), (410, "(410)")])
def test_a_refusal_is_one_line_that_names_the_setting(
    blobs: GcsBlobs, server: StandIn, call: Callable[[GcsBlobs], Any], status: int, words: str
) -> None:
    server.faults = [status] * 3
    with pytest.raises(Unavailable) as refusal:
        call(blobs)
    message = refusal.value.message
    assert message.startswith(f"BLOB_URL: gs://{server.bucket} ")
    assert words in message
    assert "\n" not in message
    assert "told to" not in message, "the driver's words stay in the adapter"
    assert len(server.asked) == 1, "asking again would change nothing"


def test_a_bucket_that_is_not_there_is_no_missing_file(
    blobs: GcsBlobs, server: StandIn, call: Callable[[GcsBlobs], Any]
) -> None:
    server.gone = True
    with pytest.raises(Unavailable, match=f"BLOB_URL: there is no bucket gs://{server.bucket}"):
        call(blobs)


def test_a_bucket_that_does_not_recover_is_given_up(
    server: StandIn, monkeypatch: pytest.MonkeyPatch, call: Callable[[GcsBlobs], Any]
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
    hasty = open_gcs(f"gs://{server.bucket}", patience=0.05)
    server.faults = [429] * 50
    with pytest.raises(Unavailable, match="takes no more requests"):
        call(hasty)


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch, call: Callable[[GcsBlobs], Any]) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")  # discard: refused on any machine
    with pytest.raises(Unavailable, match="BLOB_URL: gs://receipts-test cannot be reached"):
        call(open_gcs("gs://receipts-test", patience=0.05))


# --- opening
@pytest.mark.parametrize(
    "url",
    ["gs://", "gs:///", "gs://Bucket", "gs://b", "gs://bucket/", "gs://bucket/folder", "gs://-bucket",
     "gs://bucket?x=1", "gs://user@bucket", "gs://bu cket", "s3://bucket", "", "gs://" + "x" * 300],
)  # fmt: skip
def test_another_url_is_refused_by_name(url: str) -> None:
    with pytest.raises(Invalid, match="BLOB_URL") as refusal:
        open_gcs(url)
    assert refusal.value.code == "settings_invalid"


def test_without_credentials_the_line_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    for name, value in {
        "NO_GCE_CHECK": "true",
        "CLOUDSDK_CONFIG": str(tmp_path),
        "HOME": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    with pytest.raises(Unavailable, match=r"BLOB_URL: gs://receipts-test .*no Google credentials"):
        open_gcs("gs://receipts-test")


def test_opening_asks_nothing(blobs: GcsBlobs, server: StandIn) -> None:
    assert blobs.bucket == server.bucket
    assert server.asked == []


def test_no_error_of_the_library_leaves_the_adapter(blobs: GcsBlobs, server: StandIn) -> None:
    for status in (301, 404, 409, 411, 412, 413, 418, 501):
        for call in CALLS.values():
            server.faults = [status]
            try:
                call(blobs)
            except HesabuError:
                server.faults = []
