"""Check everything under infra/terraform: format, schema, tests, rehearsals, security scan, assertions.

    python -m tools.infra_check

Two lanes at a time. With the stand-in providers (tools/terraform.py) nothing is downloaded, nothing reaches
a cloud; without them the real providers are used, and what needs a plan is left out: that needs a project.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tools import terraform as tf

Step = tuple[str, Callable[[], str]]

ROOTS = (tf.TERRAFORM, tf.TERRAFORM / "bootstrap", tf.TERRAFORM / "examples" / "minimal")
MODULES = tuple(sorted(path for path in (tf.TERRAFORM / "modules").iterdir() if path.is_dir()))
CHECKOV = tf.ROOT / ".venv-infra" / "bin" / "python"


def main() -> int:
    """Run every step; returns 1 if one failed, 2 if Terraform, or required stand-ins, are missing."""
    reason = tf.missing()
    if reason and (not shutil.which("terraform") or os.environ.get("REQUIRE_SHARED") == "1"):
        print(f"infra-check: {reason}", file=sys.stderr)
        return 2
    started = time.monotonic()
    tf.packages()
    lanes = stand_in_lanes() if tf.stand_in() else real_lanes()
    with ThreadPoolExecutor(len(lanes)) as pool:
        failed = sum(pool.map(run_lane, lanes))
    print(f"infra-check: {failed} failed, {time.monotonic() - started:.0f} s in all")
    return 1 if failed else 0


def run_lane(steps: Sequence[Step]) -> int:
    """Run the steps one after another, all of them; returns how many failed."""
    return sum(not run_step(name, action) for name, action in steps)


def run_step(name: str, action: Callable[[], str]) -> bool:
    """Run and report one step: a line when it passed, all it said when it did not."""
    started = time.monotonic()
    try:
        said = action()
    except tf.Failed as failure:
        print(f"infra-check: FAILED {name}\n{failure}\n", flush=True)
        return False
    print(f"infra-check: passed {name} ({time.monotonic() - started:.0f} s) {said}".rstrip(), flush=True)
    return True


def stand_in_lanes() -> list[list[Step]]:
    """The root and its rehearsals beside everything else: about as long as each other on two cores."""
    others: list[Step] = [(relative(folder), partial(check, folder)) for folder in (*ROOTS[2:], *MODULES)]
    return [
        [
            ("infra/terraform and rehearsal of dev", partial(check, tf.TERRAFORM, "envs/dev.tfvars")),
            ("rehearsal of prod", partial(rehearse, "prod")),
        ],
        [
            ("plans", make_plans),
            ("security scan", scan),
            ("bootstrap and its rehearsal", partial(check, ROOTS[1], "dev.tfvars.example")),
            *others,
            ("assertions", assertions),
        ],
    ]


def real_lanes() -> list[list[Step]]:
    """What works with downloaded providers and no project: format, schema and the tests with mocks."""
    return [[(relative(folder), partial(check_real, folder)) for folder in (*ROOTS, *MODULES)]]


def relative(folder: Path) -> str:
    """A folder's name for people."""
    return str(folder.relative_to(tf.ROOT))


def check(folder: Path, *varfiles: str) -> str:
    """fmt, init, validate, test, and a rehearsal of each variable file, with the stand-ins."""
    rehearsals = [part for name in varfiles for part in ("--rehearse", str(folder / name))]
    out = tf.run([sys.executable, str(tf.stand_in()), "check", str(folder), *rehearsals])
    return out.strip().splitlines()[-1].removeprefix("tfcheck: ")


def rehearse(environment: str) -> str:
    """Create everything, plan again and find nothing to change, destroy everything; a state of its own."""
    state = tf.BUILD / f"rehearsal-{environment}-{os.getpid()}.tfstate"
    common = ["-no-color", f"-var-file=envs/{environment}.tfvars", f"-state={state}"]
    try:
        tf.terraform(tf.TERRAFORM, "apply", "-auto-approve", *common)
        tf.terraform(tf.TERRAFORM, "plan", "-detailed-exitcode", "-refresh=false", *common)
        tf.terraform(tf.TERRAFORM, "destroy", "-auto-approve", *common)
    finally:
        for leftover in state.parent.glob(f"{state.name}*"):
            leftover.unlink()
    return "apply, nothing left to change, destroy"


def check_real(folder: Path) -> str:
    """The same with the real providers, in the folder itself."""
    env = tf.environment(TF_DATA_DIR=str(tf.BUILD / "data" / folder.name))
    tf.run(["terraform", "fmt", "-check", "-diff", "-recursive"], folder, env)
    tf.run(["terraform", "init", "-backend=false", "-no-color"], folder, env)
    tf.run(["terraform", "validate", "-no-color"], folder, env)
    tf.run(["terraform", "test", "-no-color"], folder, env)
    return "with the real providers"


def make_plans() -> str:
    """The plans that the scan and the assertions read."""
    for name in tf.PLANS:
        tf.environment_plan(name)
    return ", ".join(tf.PLANS)


def scan() -> str:
    """checkov over the plans of prod and bootstrap; infra/terraform/accepted.toml says what stands."""
    if not CHECKOV.is_file():
        raise tf.Failed("checkov is not installed: run make infra-check, which makes .venv-infra")
    plans = [part for name in ("prod", "bootstrap") for part in ("-f", str(tf.environment_plan(name)))]
    settings = ["--config-file", str(tf.TERRAFORM / "checkov.yaml"), "-o", "json", "--soft-fail"]
    report = json.loads(tf.run([CHECKOV, "-m", "checkov.main", *settings, *plans]))
    failed, passed = report["results"]["failed_checks"], report["summary"]["passed"]
    findings = [(one["check_id"], one["resource"], one["check_name"]) for one in failed]
    accepted = tomllib.loads((tf.TERRAFORM / "accepted.toml").read_text())["accepted"]
    wrong = judge(findings, accepted)
    if passed < 100:
        wrong.append(f"checkov judged {passed} things only: it cannot read the plan any more")
    if wrong:
        raise tf.Failed("\n".join(wrong))
    return f"{passed} checks passed, {len(findings)} findings accepted with a reason"


def judge(findings: Iterable[tuple[str, str, str]], accepted: Iterable[Mapping[str, str]]) -> list[str]:
    """Findings (check, resource, its words) that nothing accepts, and entries that accept nothing."""
    known = {(entry["check"], entry["resources"]) for entry in accepted}
    unused = set(known)
    wrong = []
    for check_id, resource, words in findings:
        by = {entry for entry in known if entry[0] == check_id and re.fullmatch(entry[1], resource)}
        unused -= by
        if not by:
            wrong.append(f"{check_id} {resource}: {words}")
    return wrong + [f"accepted.toml: nothing matches {entry} on {where}" for entry, where in sorted(unused)]


def assertions() -> str:
    """Our own assertions about the plans (tests/terraform)."""
    env = {**os.environ, "REQUIRE_SHARED": "1"}
    out = tf.run([sys.executable, "-m", "pytest", "tests/terraform"], env=env)
    return out.strip().splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main())
