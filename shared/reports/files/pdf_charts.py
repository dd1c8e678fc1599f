"""Charts of a PDF, drawn from the facts of the report by reportlab.graphics."""

from __future__ import annotations

from typing import Any

from shared.core.money import parse_cents
from shared.reports.ask import Language
from shared.reports.files.fonts import PLAIN, drawable, fitted
from shared.reports.model import Chart, Series
from shared.reports.wording import say, say_as, say_column

COLOURS = ("#0D6B54", "#E0A030", "#C0503A", "#30507A", "#7A6BA8")
_HEIGHT = 176.0
_LEFT, _BOTTOM, _TOP = 52.0, 30.0, 34.0
_MOST_FLAT = 7
"""Labels that lie side by side; more of them are turned."""


def draw_chart(chart: Chart, language: Language, room: float) -> Any:
    """A drawing as wide as ``room`` points."""
    from reportlab.graphics.shapes import Drawing, String
    from reportlab.lib.colors import HexColor

    drawing = Drawing(room, _HEIGHT)
    title, font = drawable(say(chart.code, language), bold=True)
    drawing.add(String(0, _HEIGHT - 10, title, fontName=font, fontSize=9.5, fillColor=HexColor("#212630")))
    _legend(drawing, chart, language, room)
    drawing.add(_bars(chart, language, room))
    return drawing


def _bars(chart: Chart, language: Language, room: float) -> Any:
    from reportlab.graphics.charts.barcharts import VerticalBarChart
    from reportlab.lib.colors import HexColor

    bars = VerticalBarChart()
    bars.x, bars.y = _LEFT, _BOTTOM
    bars.width, bars.height = room - _LEFT - 6, _HEIGHT - _BOTTOM - _TOP
    bars.data = [[_shillings(fact.value) for fact in series.facts] for series in chart.series]
    bars.categoryAxis.categoryNames = [
        fitted(say_column(label, language), PLAIN, 7, 90) for label in chart.labels
    ]
    bars.groupSpacing, bars.barSpacing, bars.strokeColor = 6, 0.6, None
    for at in range(len(chart.series)):
        bars.bars[at].fillColor = HexColor(COLOURS[at % len(COLOURS)])
        bars.bars[at].strokeColor = None
    _axes(bars, len(chart.labels))
    return bars


def _axes(bars: Any, labels: int) -> None:
    from reportlab.lib.colors import HexColor

    pale = HexColor("#D5DADA")
    value, category = bars.valueAxis, bars.categoryAxis
    lowest = min(0.0, *(min(row) for row in bars.data))
    highest = max(0.0, *(max(row) for row in bars.data))
    value.valueMin, value.valueMax, value.valueStep = _scale(lowest, highest)
    value.labelTextFormat = short
    value.labels.fontName, value.labels.fontSize = PLAIN, 7
    value.visibleGrid, value.gridStrokeColor, value.gridStrokeWidth = 1, pale, 0.4
    value.strokeColor, value.tickLeft = None, 0
    category.strokeColor, category.strokeWidth, category.tickDown = HexColor("#6B7380"), 0.6, 0
    category.labels.fontName, category.labels.fontSize, category.labelAxisMode = PLAIN, 7, "low"
    if labels > _MOST_FLAT:
        category.labels.angle, category.labels.boxAnchor = 35, "ne"
    category.labels.dy = -3


def _legend(drawing: Any, chart: Chart, language: Language, room: float) -> None:
    from reportlab.graphics.shapes import Rect, String
    from reportlab.lib.colors import HexColor

    if len(chart.series) < 2:
        return
    each = min(120.0, (room - _LEFT) / len(chart.series))
    for at, series in enumerate(chart.series):
        x = _LEFT + at * each
        colour = HexColor(COLOURS[at % len(COLOURS)])
        drawing.add(Rect(x, _HEIGHT - 26, 7, 7, fillColor=colour, strokeColor=None))
        drawing.add(_legend_text(x + 11, series, language, each - 16, String))


def _legend_text(x: float, series: Series, language: Language, room: float, string: Any) -> Any:
    text, font = drawable(say_as(series.name, series.named_by, language))
    return string(x, _HEIGHT - 25.5, fitted(text, font, 7.5, room), fontName=font, fontSize=7.5)


def _scale(lowest: float, highest: float) -> tuple[float, float, float]:
    """Ends and step of the axis: about five round steps that hold every bar and zero."""
    rough = max(highest - lowest, 1.0) / 5
    power = 10.0
    while power * 10 <= rough:
        power *= 10
    step = next(power * by for by in (0.1, 0.2, 0.5, 1, 2, 2.5, 5, 10) if power * by >= rough)
    down, up = -(-lowest // step), -(-highest // step)
    bottom = step * (lowest // step) if lowest < 0 else 0.0
    return bottom, step * up if up > 0 or down < 0 else step, step


def short(value: float) -> str:
    """``1.2M``, ``250K``: an axis only, figures stand in the tables."""
    for size, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if abs(value) >= size:
            return f"{value / size:,.1f}".removesuffix(".0") + letter
    return f"{value:,.0f}"


def _shillings(value: str) -> float:
    """A length on paper, no figure."""
    return parse_cents(value) / 100
