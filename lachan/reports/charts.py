"""One chart: confirmed cases a week, stacked by main category, as SVG to stand inside a page.

Vega-Lite runs in the converter's own sandbox, without network; what comes out are plain shapes, no scripts.
Greys differ in lightness, so that the stack reads in black and white print; a table stands beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lachan.domain.taxonomy import Category
from lachan.reports.figures import Week
from lachan.reports.labels import label

#: Dark to light, each 15 or more lightness steps from the next.
_SHADES: Final = ("#12304a", "#3f6a8f", "#86a9c4", "#c3d6e4", "#eef3f7")
_FONT: Final = "Arial, Liberation Sans, DejaVu Sans, sans-serif"
_WIDTH, _HEIGHT = 500, 150  # px
_MANY_WEEKS: Final = 16  # from here on every other label is left out


@dataclass(frozen=True)
class Stack:
    """One layer of the chart: a name and a count for every week of the series."""

    name: str
    counts: tuple[int, ...]


def stacks(series: Sequence[Week]) -> list[Stack]:
    """What the chart draws and the table beside it says: the four most frequent main categories of the series,
    then all others together; the layers of a week sum to its confirmed cases."""
    total: Counter[Category] = Counter()
    for week in series:
        total.update(week.by_category)
    named = [category for category, _ in total.most_common(len(_SHADES) - 1)]
    layers = [
        Stack(label("category_short", category.value), tuple(w.by_category.get(category, 0) for w in series))
        for category in named
    ]
    if len(total) > len(named):
        drawn = [sum(layer.counts[i] for layer in layers) for i in range(len(series))]
        rest = tuple(week.confirmed - count for week, count in zip(series, drawn, strict=True))
        layers.append(Stack(label("chart", "other"), rest))
    return layers


def weekly_bars(series: Sequence[Week]) -> str:
    """An `<svg>` element, or "" when no week has a case: there is nothing to draw."""
    layers = stacks(series)
    if not layers:
        return ""
    weeks = [f"{week.first:%d/%m}" for week in series]
    values = [
        {"week": week, "name": layer.name, "count": count, "order": order}
        for order, layer in enumerate(layers)
        for week, count in zip(weeks, layer.counts, strict=True)
    ]
    return _svg(values, weeks, [layer.name for layer in layers])


def _svg(values: list[dict[str, Any]], weeks: list[str], domain: list[str]) -> str:
    import altair as alt  # both here: few commands draw
    import vl_convert

    most = max((sum(v["count"] for v in values if v["week"] == week) for week in weeks), default=0)
    x = alt.X("week:N", sort=weeks, title=label("chart", "week")).axis(
        labelAngle=0 if len(weeks) < _MANY_WEEKS else -90, labelOverlap=True
    )
    base = alt.Chart(alt.InlineData(values=values)).encode(x=x)
    bars = base.mark_bar(stroke="#12304a", strokeWidth=0.6).encode(
        y=alt.Y("sum(count):Q", title=label("chart", "count"))
        .axis(tickMinStep=1, format="d")
        .scale(domainMin=0, domainMax=max(most, 4), nice=True),
        color=alt.Color("name:N", title=None)
        .scale(domain=domain, range=list(_SHADES[: len(domain)]))
        .legend(orient="right", labelLimit=_WIDTH, symbolStrokeColor="#12304a"),
        order=alt.Order("order:Q"),
    )
    sums = base.mark_text(dy=-6, fontSize=10).encode(y=alt.Y("sum(count):Q"), text=alt.Text("sum(count):Q"))
    chart = (
        alt.layer(bars, sums)
        .properties(width=_WIDTH, height=_HEIGHT, background="transparent")
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(gridColor="#dddddd", titleFontWeight="normal")
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_json(validate=False), allowed_base_urls=[])
    return svg
