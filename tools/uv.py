"""The uv of this environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.graph import ROOT


def run_uv(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run uv from the root, where it finds the project's own settings; ``given`` is its standard input."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    environ = {**os.environ, "UV_SYSTEM_CERTS": "true"}  # a company's own authority is in the system's store
    command = [uv, "--quiet", *arguments]
    return subprocess.run(
        command, input=given, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
