"""Write the table of Kenyan public holidays that forecasts read, from the package ``holidays``.

    python -m tools.holidays_ke [--out FILE]

Eid moves with the moon and the government gazettes single days at short notice: ``GAZETTED`` adds what the
package does not know (yet), ``NOT_HELD`` takes away what did not come. The package is imported here and
nowhere at run time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

FILE = Path(__file__).parent.parent / "shared" / "insights" / "forecasting" / "holidays.json"
YEARS = range(2015, 2036)
GAZETTED: dict[str, str] = {}
NOT_HELD: frozenset[str] = frozenset()


def table() -> dict[str, str]:
    """Every holiday by its day, ``YYYY-MM-DD``, in order."""
    import holidays

    known = holidays.country_holidays("KE", years=YEARS, language="en_KE")  # else by the machine's locale
    days = {day.isoformat(): name for day, name in known.items()} | GAZETTED
    return {day: name for day, name in sorted(days.items()) if day not in NOT_HELD}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.holidays_ke", description=__doc__)
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args(arguments)
    options.out.write_text(text(), encoding="utf-8")
    return 0


def text() -> str:
    """The table as the file holds it."""
    return json.dumps(table(), indent=0, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
