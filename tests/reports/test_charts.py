"""The chart is plain shapes, and the table beside it says the same."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from lachan.domain.taxonomy import Category
from lachan.reports.charts import stacks, weekly_bars
from lachan.reports.figures import Material, figures
from lachan.reports.labels import label
from tests.reports.samples import MONDAY, SUNDAY, fact

SHAPES = {"svg", "g", "path", "rect", "line", "text", "title", "desc", "defs", "clipPath", "tspan"}
EVERY = [fact(n, categories=(category,)) for n, category in enumerate(Category)]


def test_the_svg_is_shapes_and_vietnamese_words_only() -> None:
    svg = weekly_bars(figures(MONDAY, SUNDAY, Material(facts=EVERY)).series)
    root = ElementTree.fromstring(svg)
    elements = list(root.iter())
    assert {element.tag.split("}")[-1] for element in elements} <= SHAPES
    attributes = {name.split("}")[-1].lower() for element in elements for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on") or name in ("href", "src", "style")]
    words = " ".join(root.itertext())
    assert label("chart", "count") in words and label("chart", "other") in words


def test_layers_sum_to_the_confirmed_cases_of_each_week() -> None:
    series = figures(MONDAY, SUNDAY, Material(facts=EVERY)).series
    layers = stacks(series)
    assert len(layers) == 5
    assert [sum(counts) for counts in zip(*(layer.counts for layer in layers), strict=True)] == [
        week.confirmed for week in series
    ]


def test_without_a_case_there_is_no_chart() -> None:
    assert weekly_bars(figures(MONDAY, SUNDAY, Material()).series) == ""
