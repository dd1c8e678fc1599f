"""The zips: same bytes every time, and only what is reached in them."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tools.graph import EMBEDDED, ROOT, Graph
from tools.imports import Unseen
from tools.package import main, package
from tools.package_check import check
from tools.zips import write_zip


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what zips are made from, under another path, with other times and modes."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("functions", "shared"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.lock", root)
    for path in root.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)
    return root


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Function -> SHA-256, from this checkout."""
    return {one.function: one.sha256 for one in package(Graph(), tmp_path_factory.mktemp("dist"))}


def digests(root: Path, out: Path) -> dict[str, str]:
    return {one.function: one.sha256 for one in package(Graph(root), out)}


def test_another_place_time_and_mode_give_the_same_bytes(
    checkout: Path, zips: dict[str, str], tmp_path: Path
) -> None:
    assert digests(checkout, tmp_path) == zips
    assert len(set(zips.values())) == len(zips) == len(Graph().functions())


def test_a_comment_touches_only_the_functions_that_reach_it(
    checkout: Path, zips: dict[str, str], tmp_path: Path
) -> None:
    changed = checkout / "shared" / "messages" / "receipt_pdf.py"
    before = changed.read_text()
    changed.write_text(before + "# a remark\n")
    after = digests(checkout, tmp_path)
    changed.write_text(before)
    assert {function for function in zips if zips[function] != after[function]} == {"notify"}


def test_a_zip_holds_what_is_reached_in_a_fixed_form(tmp_path: Path) -> None:
    (built,) = package(Graph(), tmp_path, ["mpesa_callback"])
    with zipfile.ZipFile(built.path) as archive:
        entries = archive.infolist()
        assert archive.read("main.py") == (ROOT / "functions/mpesa_callback/main.py").read_bytes()
        assert b"--hash=sha256:" in archive.read("requirements.txt")
    names = [entry.filename for entry in entries]
    assert names == sorted(names)
    assert {name.split("/")[0] for name in names} == {"main.py", "requirements.txt", "shared"}
    assert "shared/payments/ipn.py" in names
    assert "shared/store/sqlite.py" not in names
    for entry in entries:
        assert (entry.date_time, entry.create_system) == ((1980, 1, 1, 0, 0, 0), 3)
        assert (entry.external_attr, entry.compress_type) == (0o100644 << 16, zipfile.ZIP_STORED)


def test_a_data_file_that_no_module_names_stops_the_build(checkout: Path, tmp_path: Path) -> None:
    orphan = checkout / "shared" / "matching" / "forgotten.json"
    orphan.write_text("{}")
    with pytest.raises(Unseen, match=r"shared/matching/forgotten\.json"):
        package(Graph(checkout), tmp_path, ["auth"])
    orphan.unlink()


def test_requirements_that_are_not_up_to_date_stop_the_build(checkout: Path, tmp_path: Path) -> None:
    file = checkout / "functions" / "auth" / "requirements.txt"
    before = file.read_text()
    file.write_text(before.replace("argon2-cffi==", "argon3-cffi=="))
    with pytest.raises(Unseen, match=r"functions/auth/requirements\.txt .*make lock"):
        package(Graph(checkout), tmp_path, ["auth"])
    file.write_text(before)


def test_the_command_prints_a_line_for_each_zip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path), "auth", "books"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["auth", "books"]
    assert main(["--out", str(tmp_path), "nonsense"]) == 1
    assert capsys.readouterr().err == "package: there is no function nonsense\n"


def test_zips_do_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    one = write_zip(tmp_path / "one.zip", {"a": b"1", "b": b"2"})
    assert write_zip(tmp_path / "two.zip", {"b": b"2", "a": b"1"}) == one
    assert zipfile.ZipFile(io.BytesIO((tmp_path / "one.zip").read_bytes())).read("b") == b"2"


def test_a_zip_works_in_an_environment_of_its_own_requirements_and_a_poor_one_does_not(
    checkout: Path, tmp_path: Path
) -> None:
    """One function here, ``make package-check`` takes them all; and the check itself must be able to fail."""
    ((built, fault),) = check(Graph(checkout), tmp_path, ["mpesa_callback"])
    assert (built.function, fault) == ("mpesa_callback", "")
    lacking = Graph(checkout, EMBEDDED | {"shared.payments.notices"})
    ((_, fault),) = check(lacking, tmp_path, ["mpesa_callback"])
    assert fault == "does not load: ModuleNotFoundError: No module named 'shared.payments.notices'"
