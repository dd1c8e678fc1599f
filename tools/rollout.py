"""Shift traffic between revisions of the deployed functions, and take a roll-out back within seconds.

    python -m tools.rollout --env prod status
    python -m tools.rollout --env prod hold          before `make deploy ENV=prod HOLD=1`: stay as it is
    python -m tools.rollout --env prod shift 10      a tenth of the requests to the newest revision
    python -m tools.rollout --env prod finish        all to the newest; later deploys take over at once again
    python -m tools.rollout --env prod back          all to the revision before the newest

Terraform's function resource has no traffic block (docs/decisions/0016), so this is gcloud's part. Commands
are printed; with --run they are executed. --only NAME (repeatable) takes some functions instead of all.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from local.topology import Function, HttpTrigger, load_topology
from shared.core.callback_words import forbidden_word
from tools.terraform import TERRAFORM

Gcloud = Callable[[Sequence[str]], str]
"""Runs gcloud with these arguments and returns its output; raises CalledProcessError."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an environment's services are."""

    project: str
    region: str

    @property
    def flags(self) -> list[str]:
        return [f"--project={self.project}", f"--region={self.region}"]


class Impossible(Exception):
    """What was asked cannot be done; the message says why."""


def main(argv: Sequence[str] | None = None, gcloud: Gcloud | None = None) -> int:
    """Print or run the commands; returns 1 when something stands in the way."""
    arguments = _parser().parse_args(argv)
    call = gcloud or _gcloud
    try:
        place = place_of(arguments.env)
        commands = [
            command
            for name in services(arguments.only)
            for command in steps(arguments.do, arguments.percent, name, place, call)
        ]
        for command in commands:
            print(shlex.join(["gcloud", *command]), flush=True)
            if arguments.run:
                print(call(command), end="", flush=True)
    except (Impossible, subprocess.CalledProcessError) as error:
        print(f"rollout: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m tools.rollout", description=__doc__, formatter_class=formatter
    )
    parser.add_argument("do", choices=("status", "hold", "shift", "finish", "back"))
    parser.add_argument("percent", nargs="?", type=int, help="for shift: 1 to 99")
    parser.add_argument("--env", default="dev", choices=("dev", "staging", "prod"))
    parser.add_argument("--only", action="append", default=[], metavar="FUNCTION")
    parser.add_argument("--run", action="store_true", help="execute, not only print")
    return parser


def place_of(env: str) -> Place:
    """Project and region of an environment, from its variable file; raises Impossible."""
    text = (TERRAFORM / "envs" / f"{env}.tfvars").read_text()
    found = dict(re.findall(r'(?m)^(project_id|region)\s*=\s*"([^"]+)"', text))
    if len(found) != 2:
        raise Impossible(f"envs/{env}.tfvars does not name project_id and region")
    return Place(found["project_id"], found["region"])


def services(only: Sequence[str]) -> list[str]:
    """The Cloud Run services of these functions, or of all; raises Impossible for an unknown name."""
    functions = {function.name: function for function in load_topology()}
    if unknown := sorted(set(only) - functions.keys()):
        raise Impossible(f"no function is named {', '.join(unknown)}; there are {', '.join(functions)}")
    return [cloud_name(functions[name]) for name in (only or functions)]


def cloud_name(function: Function) -> str:
    """The service's name: the folder's, or the path's where Daraja refuses the folder's (topology.tf)."""
    if forbidden_word(function.name) and isinstance(function.trigger, HttpTrigger):
        return function.trigger.paths[0].strip("/").replace("/", "-")
    return function.name.replace("_", "-")


def steps(do: str, percent: int | None, service: str, place: Place, gcloud: Gcloud) -> list[list[str]]:
    """The gcloud commands of one step for one service; raises Impossible."""
    if do == "status":
        shown = "status.traffic.revisionName,status.traffic.percent,status.latestReadyRevisionName"
        return [["run", "services", "describe", service, *place.flags, f"--format=table({shown})"]]
    if do == "finish":
        return [_update(service, place, "--to-latest")]
    if do == "hold":
        return [_update(service, place, f"--to-revisions={_serving(service, place, gcloud)}=100")]
    newest, before = _last_two(service, place, gcloud)
    if do == "back":
        return [_update(service, place, f"--to-revisions={before}=100")]
    if percent is None or not 1 <= percent <= 99:
        raise Impossible("shift takes a percentage from 1 to 99; finish is 100, back is 0")
    return [_update(service, place, f"--to-revisions={newest}={percent},{before}={100 - percent}")]


def _update(service: str, place: Place, traffic: str) -> list[str]:
    return ["run", "services", "update-traffic", service, *place.flags, traffic, "--quiet"]


def _serving(service: str, place: Place, gcloud: Gcloud) -> str:
    """The revision that has all traffic now; raises Impossible while a roll-out is under way."""
    described = json.loads(gcloud(["run", "services", "describe", service, *place.flags, "--format=json"]))
    status: dict[str, Any] = described["status"]
    traffic = [part for part in status["traffic"] if part.get("percent")]
    if len(traffic) != 1:
        raise Impossible(f"{service} serves {len(traffic)} revisions: finish or take back the roll-out first")
    return str(traffic[0].get("revisionName") or status["latestReadyRevisionName"])


def _last_two(service: str, place: Place, gcloud: Gcloud) -> tuple[str, str]:
    """The newest ready revision and the ready one before it; raises Impossible without two."""
    order = ["--sort-by=~metadata.creationTimestamp", "--limit=10", "--format=json"]
    listed = json.loads(gcloud(["run", "revisions", "list", f"--service={service}", *place.flags, *order]))
    ready = [one["metadata"]["name"] for one in listed if _is_ready(one)]
    if len(ready) < 2:
        raise Impossible(f"{service} has {len(ready)} ready revision: there is nothing to shift between")
    return ready[0], ready[1]


def _is_ready(revision: dict[str, Any]) -> bool:
    conditions = revision.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _gcloud(arguments: Sequence[str]) -> str:
    return subprocess.run(["gcloud", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
