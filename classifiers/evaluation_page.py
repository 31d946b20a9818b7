"""An evaluation as one HTML page: figures with intervals, slices, and every error with its text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from classifiers.evaluate import Evaluation, Figure

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}"
    "th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
)


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
    return [name, f"{figure.value:.3f}", f"{figure.low:.3f} to {figure.high:.3f}", str(figure.posts)]


def to_html(evaluation: Evaluation) -> str:
    """The page, self-contained; texts are escaped."""
    head = ("figure", "value", "95 % interval", "posts")
    main = [
        _cells("route, macro-F1", evaluation.route_f1),
        _cells("recall of review", evaluation.recall_review),
        _cells("recall of protect", evaluation.recall_protect),
        _cells("harmless posts flagged", evaluation.harmless_flagged),
        _cells("category, macro-F1", evaluation.category_f1),
        _cells("context, macro-F1", evaluation.context_f1),
        _cells("urgency, F1", evaluation.urgent_f1),
    ]
    parts = [
        f"<h1>{escape(evaluation.model)}</h1><p>{evaluation.posts} posts; "
        f"{evaluation.harmless_called} harmless ones flagged as a call to violence or racing.</p>",
        _table(head, main),
    ]
    for title, slices in (
        ("Recall by category", evaluation.by_category),
        ("Route F1 by register", evaluation.by_register),
        ("Route F1 by length in words", evaluation.by_length),
    ):
        parts += [f"<h2>{title}</h2>", _table(head, (_cells(name, each) for name, each in slices.items()))]
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
