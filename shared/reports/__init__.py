"""Reports: the books as tables of facts, and the files that carry them to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lazy import lazy_names

if TYPE_CHECKING:
    from shared.reports.ask import Ask, checked
    from shared.reports.kinds import build
    from shared.reports.model import Report

__all__ = ["Ask", "Report", "build", "checked"]

__getattr__ = lazy_names(
    __name__, {**dict.fromkeys(("Ask", "checked"), "ask"), "build": "kinds", "Report": "model"}
)
