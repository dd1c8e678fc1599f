"""The simulated mail provider posts what the way in for mails reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.__main__ import main
from local.mail import BOUNDARY, inbound_form
from shared.receipts.mail_form import read_mail
from tests.unit.receipts.forms import written


@pytest.mark.parametrize("spf", ["pass", "fail"])
def test_what_it_posts_is_read_as_the_mail_it_was_given(spf: str) -> None:
    message = written(("a.png", b"\x89PNG"), ("b.pdf", b"%PDF-"))
    raw = inbound_form(message.as_bytes(), "receipts-1@receipts.localhost", spf=spf)
    mail = read_mail(f"multipart/form-data; boundary={BOUNDARY}", raw)
    assert (mail.sender, mail.envelope_from, mail.spf) == ("juma@duka.example", "juma@duka.example", spf)
    assert mail.recipients == ("receipts-1@receipts.localhost",)
    assert [(file.name, file.content) for file in mail.files] == [("a.png", b"\x89PNG"), ("b.pdf", b"%PDF-")]


def test_where_nothing_runs_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AUTH_SECRET", "CALLBACK_SECRET"):
        monkeypatch.setenv(name, "s" * 64)
    file = tmp_path / "mail.eml"
    file.write_bytes(written().as_bytes())
    arguments = ["mail", str(file), "--to", "receipts-1@receipts.localhost", "--url", "http://127.0.0.1:9"]
    assert main(arguments) == 1
    assert "no running system answers" in capsys.readouterr().err
