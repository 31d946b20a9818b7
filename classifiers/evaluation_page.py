"""An evaluation as one HTML page: figures with intervals, slices, reliability, spans, and every error's text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from classifiers.calibration import Reliability
from classifiers.evaluate import Evaluation, Slice
from classifiers.intervals import Figure
from classifiers.span_control import SpanControl
from classifiers.tradeoff import Point

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}"
    "th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #8886;vertical-align:top}"
    "td.n{font-variant-numeric:tabular-nums}"
    "figure{display:inline-block;margin:0 2rem 1rem 0}"
    "svg{display:block;width:20rem;max-width:100%}svg text{font:11px system-ui,sans-serif;fill:currentColor}"
)
_HEAD = ("figure", "value", "95 % interval", "posts")
_SIDE, _EDGE = 220.0, 34.0  # of the square of a diagram, and the room for its axes


def _table(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    heads = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in head)
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td class='n'>{escape(c)}</td>" if i else f"<td>{escape(c)}</td>" for i, c in enumerate(r)
        )
        + "</tr>"
        for r in body
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _cells(name: str, figure: Figure) -> list[str]:
    if not figure.posts:
        return [name, "–", "not measured", "0"]
    return [name, f"{figure.value:.3f}", f"{figure.low:.3f} to {figure.high:.3f}", str(figure.posts)]


def _short(figure: Figure) -> str:
    if not figure.posts:
        return "–"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _slices(title: str, note: str, slices: dict[str, Slice]) -> str:
    body = (
        [name, str(each.route.posts), *map(_short, (each.route, each.category, each.context, each.urgent))]
        for name, each in slices.items()
    )
    head = ("", "posts", "route", "category", "context", "urgency")
    return f"<h2>{escape(title)}</h2><p>{escape(note)}</p>{_table(head, body)}"


def _diagram(route: str, found: Reliability) -> str:
    """A square: score to the right, share that is true upwards, whiskers for intervals, the honest diagonal."""

    def at(share: float) -> float:
        return _SIDE * share

    def up(share: float) -> float:
        return _SIDE * (1 - share)

    points = "".join(
        f"<line x1='{at(each.mean):.1f}' x2='{at(each.mean):.1f}' y1='{up(each.true.low):.1f}' "
        f"y2='{up(each.true.high):.1f}' stroke='currentColor'/>"
        f"<circle cx='{at(each.mean):.1f}' cy='{up(each.true.value):.1f}' r='3.5' fill='#0b6bcb'>"
        f"<title>{each.true.posts} posts, mean score {each.mean:.3f}, true {each.true.value:.3f}</title></circle>"
        for each in found.bins
    )
    ticks = "".join(
        f"<text x='{at(tick):.0f}' y='{_SIDE + 16:.0f}' text-anchor='middle'>{tick:g}</text>"
        f"<text x='-6' y='{up(tick) + 4:.0f}' text-anchor='end'>{tick:g}</text>"
        for tick in (0, 0.5, 1)
    )
    size = _SIDE + 2 * _EDGE
    body = (
        [
            f"{each.low:.1f} to {each.high:.1f}",
            f"{each.mean:.3f}",
            _short(each.true),
            str(each.true.posts),
        ]
        for each in found.bins
    )
    return (
        f"<h3>{escape(route)}</h3><figure><svg viewBox='{-_EDGE:g} -10 {size:g} {size - 14:g}' role='img' "
        f"aria-label='Reliability of the score of {escape(route)}; the figures are in the table below'>"
        f"<rect width='{_SIDE:g}' height='{_SIDE:g}' fill='none' stroke='currentColor' opacity='.4'/>"
        f"<line x1='0' y1='{_SIDE:g}' x2='{_SIDE:g}' y2='0' stroke='currentColor' stroke-dasharray='4 4' "
        f"opacity='.5'/>{points}{ticks}"
        f"<text x='{_SIDE / 2:g}' y='{_SIDE + 32:g}' text-anchor='middle'>score</text>"
        f"</svg><figcaption>{found.posts} posts; expected calibration error {found.error:.3f}</figcaption></figure>"
        + _table(("score", "mean score", "share that is true", "posts"), body)
    )


def _curves(curves: dict[str, tuple[Point, ...]]) -> str:
    body = (
        [route, f"{point.flagged:.1%}", f"{point.cut:.3f}", _short(point.recall)]
        for route, points in curves.items()
        for point in points
    )
    return (
        "<h2>What other cuts would bring</h2><p>Recall of each route at the cut of its score that flags so many of "
        "the harmless posts, each route alone; the cuts of the categories and the four parts of a call not "
        "counted.</p>" + _table(("route", "harmless posts flagged", "cut", "recall"), body)
    )


def _span_table(found: SpanControl) -> str:
    return (
        "<h2>The marked words</h2><p>Share of flagged posts whose score falls under its threshold when words are "
        f"deleted; {found.words_marked:.0%} of their words are marked on average.</p>"
        + _table(
            _HEAD,
            (_cells("marked words deleted", found.marked), _cells("as many drawn by lot", found.random)),
        )
    )


def to_html(evaluation: Evaluation) -> str:
    """The page, self-contained; texts are escaped."""
    main = [
        _cells("route, macro-F1", evaluation.route_f1),
        _cells("recall of review", evaluation.recall_review),
        _cells("recall of protect", evaluation.recall_protect),
        _cells("harmless posts flagged", evaluation.harmless_flagged),
        _cells("category, macro-F1", evaluation.category_f1),
        _cells("context, macro-F1", evaluation.context_f1),
        _cells("urgency, F1", evaluation.urgent_f1),
    ]
    if evaluation.first_stage is not None:
        main.append(_cells("harmful posts that the first stage passes on", evaluation.first_stage))
    parts = [
        f"<h1>{escape(evaluation.model)}</h1><p>{evaluation.posts} posts; "
        f"{evaluation.harmless_called} harmless ones flagged as a call to violence or racing. Intervals: shares by "
        "Wilson's score, F1 by the bootstrap, the halves of a pair drawn together.</p>",
        _table(_HEAD, main),
        _slices(
            "By category",
            "Share of its posts on their right route; F1 of the category over all posts; share of its posts in "
            "their right context; F1 of urgency among them.",
            evaluation.by_category,
        ),
        _slices("By register", "Macro-F1; of urgency, F1.", evaluation.by_register),
        _slices("By length in words", "Macro-F1; of urgency, F1.", evaluation.by_length),
    ]
    if evaluation.calibration:
        parts.append(
            "<h2>Reliability of the scores</h2><p>Of posts with a score of 0.8, 80 % should be true. Posts that a "
            "rule lets go have no score.</p>"
        )
        parts += [_diagram(route, found) for route, found in evaluation.calibration.items()]
    if evaluation.curves:
        parts.append(_curves(evaluation.curves))
    if evaluation.spans is not None:
        parts.append(_span_table(evaluation.spans))
    faults = "".join(
        f"<tr><td>{escape(f.row.id)}</td><td>{escape(f.row.route)}</td><td>{escape(f.said.route)}</td>"
        f"<td>{escape(', '.join(f.row.categories))}</td><td>{escape(', '.join(f.said.categories))}</td>"
        f"<td>{escape(f.row.text)}</td></tr>"
        for f in evaluation.faults
    )
    parts.append(
        f"<h2>Errors ({len(evaluation.faults)})</h2><table><thead><tr><th>id</th><th>route</th><th>said</th>"
        f"<th>categories</th><th>said</th><th>text</th></tr></thead><tbody>{faults}</tbody></table>"
    )
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Evaluation</title>"
        f"<style>{_STYLE}</style><body>{''.join(parts)}</body></html>"
    )
