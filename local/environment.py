"""Local settings: what the environment does not give is made once and kept in ``var/local.env``."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import MutableMapping
from pathlib import Path

from shared.core.errors import Invalid
from shared.core.settings import Settings, load_settings

FILE = Path("var") / "local.env"
MADE_UP = ("AUTH_SECRET", "CALLBACK_SECRET")
SIMULATED = ("DARAJA_KEY", "DARAJA_SECRET", "DARAJA_PASSKEY", "DARAJA_INITIATOR_PASSWORD")
"""Credentials of the simulated Safaricom; a real one has its own, so they are not made up for it."""
SIMULATED_AIRTEL = ("AIRTEL_KEY", "AIRTEL_SECRET")
"""The same of the simulated Airtel, which stands only beside the simulated Safaricom."""
_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(\S*)")


def local_settings(file: Path = FILE, environ: MutableMapping[str, str] | None = None) -> Settings:
    """Settings of the embedded runtime; the environment wins over the file, the file is made when missing.

    Raises Invalid ``settings_invalid``: a line of the file, or a variable, is not usable.
    """
    environ = os.environ if environ is None else environ
    for name in ("DARAJA_URL", "AIRTEL_URL", "PUBLIC_URL"):
        if environ.get(name) == "":  # an empty line in a settings file means: not chosen
            del environ[name]
    kept = _read(file)
    wanted = [*MADE_UP, *(SIMULATED if "DARAJA_URL" not in environ else ())]
    wanted += SIMULATED_AIRTEL if not {"DARAJA_URL", "AIRTEL_URL"} & environ.keys() else ()
    missing = [name for name in wanted if name not in kept and not environ.get(name)]
    if missing:
        kept |= {name: secrets.token_hex(32) for name in missing}
        _write(file, kept)
    for name, value in kept.items():
        environ.setdefault(name, value)
    return load_settings()


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    kept = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise Invalid("settings_invalid", f"{file} line {number} is not NAME=value")
        kept[match[1]] = match[2]
    return kept


def _write(file: Path, kept: dict[str, str]) -> None:
    """Replace the file in one step, readable by its owner only from the first byte on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = ["# made by python -m local; delete it to make new secrets (all tokens then end)"]
    lines += [f"{name}={value}" for name, value in sorted(kept.items())]
    fresh = file.with_name(file.name + ".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write("\n".join(lines) + "\n")
    fresh.replace(file)
