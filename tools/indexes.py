"""Write the ``firestore`` section of infra/functions.json from the query shapes declared in shared/store.

    python -m tools.indexes [FILE]

Terraform makes the indexes from there; a test fails when the section and the declaration differ.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from shared.store.firestore_indexes import firestore_indexes
from shared.store.indexes import SCHEMA

FILE = Path(__file__).resolve().parent.parent / "infra" / "functions.json"
_SECTION = re.compile(r'^  "firestore": ', re.MULTILINE)


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    file.write_text(with_section(file.read_text(), firestore_indexes(SCHEMA)))


def with_section(text: str, section: dict[str, list[dict[str, Any]]]) -> str:
    """The file with its ``firestore`` section replaced or added at the end; all else stays as it was."""
    written = f'  "firestore": {_pretty(section)}'
    found = _SECTION.search(text)
    if found is None:
        return text.rstrip().removesuffix("}").rstrip() + f",\n{written}\n}}\n"
    _, end = json.JSONDecoder().raw_decode(text, found.end())
    return text[: found.start()] + written + text[end:]


def _pretty(section: dict[str, list[dict[str, Any]]]) -> str:
    """One line an entry: a new query shape is one new line or two."""
    parts = []
    for name, entries in section.items():
        lines = ",\n".join(f"      {json.dumps(entry)}" for entry in entries)
        parts.append(f'    "{name}": [\n{lines}\n    ]' if entries else f'    "{name}": []')
    return "{\n" + ",\n".join(parts) + "\n  }"


if __name__ == "__main__":
    main()
