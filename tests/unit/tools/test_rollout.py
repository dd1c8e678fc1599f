"""Traffic moves by the commands that are printed, and only when asked to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from local.topology import ROOT
from tools import rollout

FLAGS = "--project=hesabu-prod --region=europe-west1"


class Cloud:
    """Answers as gcloud does about two revisions of every service, and remembers what it was told to do."""

    def __init__(
        self, traffic: list[dict[str, Any]] | None = None, ready: Sequence[str] = ("True", "True")
    ) -> None:
        self.traffic = traffic or [{"latestRevision": True, "percent": 100, "revisionName": "it-00002"}]
        self.ready = ready
        self.done: list[str] = []

    def __call__(self, arguments: Sequence[str]) -> str:
        if arguments[:3] == ["run", "services", "describe"]:
            return json.dumps({"status": {"traffic": self.traffic, "latestReadyRevisionName": "it-00002"}})
        if arguments[:3] == ["run", "revisions", "list"]:
            names = [f"it-{number:05}" for number in range(len(self.ready), 0, -1)]
            return json.dumps([revision(*pair) for pair in zip(names, self.ready, strict=True)])
        self.done.append(" ".join(arguments))
        return "done\n"


def revision(name: str, ready: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


def test_without_run_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    cloud = Cloud()
    assert rollout.main(["--env", "prod", "--only", "stk_push", "shift", "10"], cloud) == 0
    assert cloud.done == []
    split = "--to-revisions=it-00002=10,it-00001=90"
    wanted = f"gcloud run services update-traffic stk-push {FLAGS} {split} --quiet\n"
    assert capsys.readouterr().out == wanted


@pytest.mark.parametrize(
    ("words", "traffic"),
    [
        (["hold"], "--to-revisions=it-00002=100"),
        (["shift", "25"], "--to-revisions=it-00002=25,it-00001=75"),
        (["finish"], "--to-latest"),
        (["back"], "--to-revisions=it-00001=100"),
    ],
)
def test_each_step_moves_the_traffic_of_the_callback_function(words: list[str], traffic: str) -> None:
    cloud = Cloud()
    assert rollout.main(["--env", "prod", "--run", "--only", "mpesa_callback", *words], cloud) == 0
    assert cloud.done == [f"run services update-traffic ipn {FLAGS} {traffic} --quiet"]


def test_all_functions_move_together() -> None:
    cloud = Cloud()
    assert rollout.main(["--env", "dev", "--run", "back"], cloud) == 0
    folders = [main.parent for main in (ROOT / "functions").glob("*/main.py")]
    assert len(cloud.done) == len(folders)
    assert all("--project=hesabu-dev" in command for command in cloud.done)


def test_status_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    cloud = Cloud()
    assert rollout.main(["--env", "prod", "--only", "books", "status"], cloud) == 0
    assert capsys.readouterr().out.startswith(f"gcloud run services describe books {FLAGS}")
    assert cloud.done == []


def test_a_revision_that_is_not_ready_gets_no_traffic() -> None:
    cloud = Cloud(ready=("False", "True", "True"))
    assert rollout.main(["--env", "prod", "--run", "--only", "books", "shift", "5"], cloud) == 0
    assert "--to-revisions=it-00002=5,it-00001=95" in cloud.done[0]


@pytest.mark.parametrize(
    ("words", "cloud", "reason"),
    [
        (["back"], Cloud(ready=("True",)), "books has 1 ready revision"),
        (["shift"], Cloud(), "shift takes a percentage"),
        (["shift", "100"], Cloud(), "shift takes a percentage"),
        (["hold"], Cloud([{"percent": 90}, {"percent": 10}]), "books serves 2 revisions"),
    ],
)
def test_what_cannot_be_done_is_said_and_not_done(
    words: list[str], cloud: Cloud, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rollout.main(["--env", "prod", "--run", "--only", "books", *words], cloud) == 1
    assert reason in capsys.readouterr().err
    assert cloud.done == []


def test_one_function_that_cannot_move_stops_all_before_any_has() -> None:
    cloud = Cloud(ready=("True",))
    assert rollout.main(["--env", "prod", "--run", "back"], cloud) == 1
    assert cloud.done == []


def test_an_unknown_function_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert rollout.main(["--only", "payments", "finish"], Cloud()) == 1
    assert "no function is named payments" in capsys.readouterr().err


def test_it_really_calls_gcloud(tmp_path: Path) -> None:
    """The command line, with a gcloud that writes down what it was asked."""
    gcloud = tmp_path / "gcloud"
    gcloud.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/asked"\n')
    gcloud.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = [
        sys.executable,
        "-m",
        "tools.rollout",
        "--env",
        "prod",
        "--run",
        "--only",
        "stk_push",
        "finish",
    ]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "asked").read_text()
    assert asked == f"run services update-traffic stk-push {FLAGS} --to-latest --quiet\n"
