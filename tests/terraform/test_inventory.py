"""Dev is what tests/terraform/inventory.txt says: a change of it is looked at, never a surprise."""

from __future__ import annotations

from tests.terraform.inventory import FILE, lines
from tests.terraform.plan import Plan


def test_dev_is_what_the_inventory_says(dev: Plan) -> None:
    planned, written = lines(dev), FILE.read_text().splitlines()
    fewer, more = sorted(set(written) - set(planned)), sorted(set(planned) - set(written))
    difference = [*(f"- {line}" for line in fewer), *(f"+ {line}" for line in more)]
    assert not difference, "\n".join(
        [
            "not what inventory.txt says; if it is meant: python -m tests.terraform.inventory",
            *difference,
        ]
    )
