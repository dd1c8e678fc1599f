"""One cold start, measured from inside a fresh process: import the function, then answer once.

    python cold_child.py SOURCE TARGET import|answer [MODULE ...]   (the request, JSON, on standard input)

MODULEs are imported before the answer: what the function would import at its first call to a real service.
Prints one JSON line: CPU seconds since the process began, peak memory, and the HTTP status.
"""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Load a function as functions-framework does and, if asked to, send it one request."""
    source, target, stage, *modules = sys.argv[1:]
    from functions_framework import create_app

    application = create_app(target, source)  # type: ignore[no-untyped-call]
    status = 0
    if stage == "answer":
        for module in modules:
            import_module(module)
        request = json.load(sys.stdin)
        client = application.test_client()
        status = client.open(
            request["path"], method=request["method"], data=request["body"], headers=request["headers"]
        ).status_code
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "rss_mib": _peak_mib(), "status": status}))


def _peak_mib() -> int:
    """Peak memory of this program; ru_maxrss would count the parent's, from before it became us."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


if __name__ == "__main__":
    main()
