"""One chart: confirmed cases a week, stacked by main category, as SVG to stand inside a page.

Vega-Lite runs in the converter's own sandbox, without network; what comes out are plain shapes, no scripts.
Greys differ in lightness, so that the stack reads in black and white print; a table stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import vl_convert

from lachan.domain.taxonomy import Category
from lachan.reports.figures import Week
from lachan.reports.labels import label

#: Dark to light, each 15 or more lightness steps from the next.
_SHADES: Final = ("#12304a", "#3f6a8f", "#86a9c4", "#c3d6e4", "#eef3f7")
_FONT: Final = "Arial, Liberation Sans, DejaVu Sans, sans-serif"
_WIDTH, _HEIGHT = 460, 170  # px
_MANY_WEEKS: Final = 16  # from here on every other label is left out


def weekly_bars(series: Sequence[Week]) -> str:
    """An `<svg>` element. The four most frequent categories of the series stand alone, others together."""
    total: dict[Category, int] = {}
    for week in series:
        for category, count in week.by_category.items():
            total[category] = total.get(category, 0) + count
    named = sorted(total, key=lambda category: -total[category])[: len(_SHADES) - 1]
    names = [label("category", category.value) for category in named]
    other = label("chart", "other")
    values: list[dict[str, Any]] = []
    for week in series:
        rest = sum(count for category, count in week.by_category.items() if category not in named)
        parts = [
            (name, week.by_category.get(category, 0)) for name, category in zip(names, named, strict=True)
        ]
        values += [
            {"week": f"{week.first:%d/%m}", "name": name, "count": count, "order": order}
            for order, (name, count) in enumerate([*parts, (other, rest)])
        ]
    domain = [*names, other] if len(total) > len(named) else names
    return _svg(values, [f"{week.first:%d/%m}" for week in series], domain)


def _svg(values: list[dict[str, Any]], weeks: list[str], domain: list[str]) -> str:
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
        .legend(orient="bottom", columns=1, labelLimit=_WIDTH, symbolStrokeColor="#12304a"),
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
