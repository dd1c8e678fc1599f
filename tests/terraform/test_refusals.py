"""What is broken is refused, with words that say what: a copy of infra/ is broken in one place at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import terraform
from tools.infra_check import judge

PLAN = ("plan", "-no-color", "-var-file=envs/dev.tfvars")
VALIDATE = ("validate", "-no-color")


@pytest.fixture
def copy(tmp_path: Path, _possible: None) -> Path:
    """A copy of infra/ that may be broken."""
    return Path(shutil.copytree(terraform.INFRA, tmp_path / "infra"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) >= 1, f"{file.name} no longer holds {old!r}: the test breaks nothing"
    file.write_text(text.replace(old, new, 1))


def refusal(copy: Path, *command: str) -> str:
    """What Terraform says, which must be a failure."""
    with pytest.raises(terraform.Failed) as failed:
        terraform.terraform(copy / "terraform", *command)
    return " ".join(str(failed.value).split())


def test_unbroken_it_is_accepted(copy: Path) -> None:
    assert "Success" in terraform.terraform(copy / "terraform", *VALIDATE)


def test_staging_can_be_planned(copy: Path) -> None:
    said = terraform.terraform(copy / "terraform", "plan", "-no-color", "-var-file=envs/staging.tfvars")
    assert "0 to change, 0 to destroy" in said


def test_a_misspelt_attribute(copy: Path) -> None:
    change(copy / "terraform" / "receipts.tf", "public_access_prevention ", "public_access_preventoin ")
    said = refusal(copy, *VALIDATE)
    assert "Unsupported argument" in said
    assert "public_access_preventoin" in said


def test_a_reference_to_nothing(copy: Path) -> None:
    change(
        copy / "terraform" / "receipts.tf",
        "google_storage_bucket.receipts.name",
        "google_storage_bucket.photos.name",
    )
    said = refusal(copy, *VALIDATE)
    assert "Reference to undeclared resource" in said
    assert '"google_storage_bucket" "photos"' in said


def test_a_value_that_google_would_refuse(copy: Path) -> None:
    change(copy / "terraform" / "receipts.tf", '"enforced"', '"enforce"')
    assert "public_access_prevention" in refusal(copy, *VALIDATE)


def test_a_callback_path_that_daraja_would_refuse(copy: Path) -> None:
    change(copy / "functions.json", '"/ipn"', '"/mpesa"')
    said = refusal(copy, *PLAN)
    assert "Daraja refuses callback URLs that contain mpesa" in said
    assert "change the path in functions.json" in said


def test_a_host_that_daraja_would_refuse(copy: Path) -> None:
    change(copy / "terraform" / "envs" / "dev.tfvars", "dev.books.example.co.ke", "safaricom.example.co.ke")
    assert "Daraja refuses callback URLs" in refusal(copy, *PLAN)


def test_a_role_that_nobody_narrowed_and_a_topic_that_nobody_made(copy: Path) -> None:
    change(copy / "functions.json", '"roles": ["roles/datastore.user"]', '"roles": ["roles/datastore.owner"]')
    change(copy / "functions.json", '"publishes": []', '"publishes": ["money.found.v1"]')
    said = refusal(copy, *PLAN)
    assert "names a role that iam.tf does not narrow" in said
    assert "a topic that is not in its list of topics" in said


def test_a_metric_that_nobody_declares(copy: Path) -> None:
    change(copy / "terraform" / "alerts.tf", '"hesabu_stuck_attempts"', '"hesabu_stuck"')
    said = refusal(copy, *PLAN)
    assert "metrics.json does not declare hesabu_stuck, which the alert stuck-attempts watches" in said


def test_a_finding_of_the_scan_stands_only_where_it_is_accepted() -> None:
    accepted = [{"check": "CKV_1", "resources": r"google_storage_bucket\.(a|b)", "why": "because"}]
    findings = [
        ("CKV_1", "google_storage_bucket.a", "first"),
        ("CKV_1", "google_storage_bucket.c", "second"),
        ("CKV_2", "google_storage_bucket.a", "third"),
    ]
    assert judge(findings, accepted) == [
        "CKV_1 google_storage_bucket.c: second",
        "CKV_2 google_storage_bucket.a: third",
    ]
    assert judge([], accepted) == [
        r"accepted.toml: nothing matches CKV_1 on google_storage_bucket\.(a|b)",
    ]
