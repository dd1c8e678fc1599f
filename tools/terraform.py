"""Run Terraform on a folder: through the stand-in providers where they are, else as it is.

The stand-ins (tools/terraform/tfcheck.py in the folder shared beside the checkout) have the real schema and
invent values, so that plans can be made and looked at without a cloud, a credential or a download.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
INFRA = ROOT / "infra"
TERRAFORM = INFRA / "terraform"
BUILD = ROOT / "build" / "infra"
PACKAGES = BUILD / "packages"
HARDENED = {
    "kms_key": "projects/hesabu-keys/locations/europe-west1/keyRings/hesabu/cryptoKeys/data",
    "firestore_location": "europe-west1",
}
"""What is looked at has a key of its own, so that every rule about keys is judged for real."""
PLANS: dict[str, tuple[Path, str, Mapping[str, str]]] = {
    "prod": (TERRAFORM, "envs/prod.tfvars", HARDENED),
    "dev": (TERRAFORM, "envs/dev.tfvars", {}),
    "bootstrap": (TERRAFORM / "bootstrap", "dev.tfvars.example", {}),
}
"""What is looked at: the root module, the variable file and what is set besides."""


class Failed(Exception):
    """A command did not succeed; the message is its output."""


def stand_in() -> Path | None:
    """The stand-in tool, or None on a machine that has the real providers instead."""
    shared = Path(os.environ.get("HESABU_SHARED") or ROOT.parent / "shared")
    tool = shared / "tools" / "terraform" / "tfcheck.py"
    return tool if tool.is_file() else None


def missing() -> str | None:
    """Why no plan can be made here, in one plain sentence, or None."""
    if not shutil.which("terraform"):
        return "terraform is not installed (1.9 or newer): https://developer.hashicorp.com/terraform/install"
    if stand_in() is None:
        return "the stand-in providers are not here: put ../shared beside the checkout, or set HESABU_SHARED"
    return None


def environment(**extra: str) -> dict[str, str]:
    """Terraform's environment: nobody's own settings, no checking for newer versions, our packages."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("TF_VAR_", "TF_CLI_ARGS"))
    }
    config = kept.get("TF_CLI_CONFIG_FILE")
    if config and not Path(config).is_file():
        kept["TF_CLI_CONFIG_FILE"] = os.devnull
    ours = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_VAR_package_folder": str(packages())}
    return {**kept, **ours, **extra}


@cache
def packages() -> Path:
    """A folder with a zip for each function: enough to plan with, made from its main.py alone."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for main in sorted((ROOT / "functions").glob("*/main.py")):
        target = PACKAGES / f"{main.parent.name}.zip"
        fresh = target.with_suffix(f".{os.getpid()}")
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo("main.py"), main.read_bytes())
        fresh.replace(target)
    return PACKAGES


def run(command: Sequence[str | Path], cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """What a command wrote to standard output; raises Failed with both outputs when it did not succeed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment() if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"{done.stdout}\n{done.stderr}".strip())
    return done.stdout


def terraform(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """One terraform command in a copy of ``folder``, with the stand-ins; raises Failed."""
    tool = stand_in()
    if tool is None:
        raise Failed(missing() or "")
    return run([sys.executable, tool, "run", folder, "--", *arguments], env=env)


def plan(
    folder: Path, varfile: str, variables: Mapping[str, str], env: Mapping[str, str] | None = None
) -> Any:
    """The plan for an empty project, as Terraform's JSON; raises Failed with what Terraform says."""
    BUILD.mkdir(parents=True, exist_ok=True)
    binary = BUILD / f"{folder.name}-{os.getpid()}.tfplan"
    extra = [f"-var={name}={value}" for name, value in variables.items()]
    try:
        terraform(folder, "plan", "-no-color", f"-out={binary}", f"-var-file={varfile}", *extra, env=env)
        return json.loads(terraform(folder, "show", "-json", str(binary), env=env))
    finally:
        binary.unlink(missing_ok=True)


def cached_plan(name: str, folder: Path, varfile: str, variables: Mapping[str, str]) -> Path:
    """The file with such a plan, made only if anything it depends on has changed since the last time."""
    packages()
    key = hashlib.sha256()
    for path in _inputs():
        key.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    key.update(json.dumps([str(folder), varfile, dict(variables)]).encode())
    target = BUILD / f"{name}-{key.hexdigest()[:16]}.json"
    if not target.is_file():
        text = json.dumps(plan(folder, varfile, variables))
        for old in BUILD.glob(f"{name}-*.json"):
            old.unlink()
        fresh = target.with_suffix(f".{os.getpid()}")
        fresh.write_text(text)
        fresh.replace(target)
    return target


def _inputs() -> Iterator[Path]:
    tool = stand_in()
    folders: Iterable[Path] = (INFRA, PACKAGES, *([tool.parent] if tool else []))
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and ".terraform" not in path.parts:
                yield path


def environment_plan(name: str) -> Path:
    """The plan of one of PLANS."""
    return cached_plan(name, *PLANS[name])
