"""Posts that no element holds: heads and words one after another in one element, as old pages and archives do."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice, takewhile
from typing import Final

from crawlers.markup import Element
from crawlers.records import MAX_DEPTH, Page

_MIN_RUNS: Final = 2
_MAX_CHILDREN: Final = 6_000  # of one element
_MAX_PARENTS: Final = 40
_STARTS: Final = ("hr", "h2", "h3", "h4", "h5", "dt", "a", "b", "strong", "font", "center")


def gather_runs(page: Page) -> bool:
    """Put each such post of the page into an element of its own; whether there were any.

    They stand where several children hold one moment each and most words stand beside those children.
    """
    heads: dict[Element, dict[Element, int]] = defaultdict(lambda: defaultdict(int))
    for time in page.times:
        child = time
        for above in islice(time.iterancestors(), MAX_DEPTH):
            heads[above][child] += 1
            child = above
    changed = False
    for parent, held in list(heads.items())[:_MAX_PARENTS]:
        if len(held) < _MIN_RUNS or any(count > 1 for count in held.values()) or len(parent) > _MAX_CHILDREN:
            continue
        inside = sum(page.words.get(child, 0) for child in held)
        if page.words.get(parent, 0) - inside <= inside:
            continue
        starts = _starts(parent, held)
        runs = [_run(start, starts) for start in starts]
        for run in runs:
            _wrap(run)
        changed = changed or bool(starts)
    return changed


def _starts(parent: Element, held: dict[Element, int]) -> set[Element]:
    """The children that posts begin with: those of one tag with one head after each, else the heads."""
    by_tag: dict[str, list[Element]] = defaultdict(list)
    for child in parent:
        if isinstance(child.tag, str):
            by_tag[child.tag].append(child)
    order = {child: at for at, child in enumerate(parent)}
    best: tuple[int, int, set[Element]] = (0, len(order), set(held))
    for tag in _STARTS:
        marks = set(by_tag[tag])
        starts = {child for child in marks if _has_head(child, marks, held)}
        missing = len(held) - len(starts)  # a rule may stand only between them
        if starts and len(marks) - len(starts) <= 1 and missing <= (tag == "hr"):
            starts |= {next(iter(held))} if missing else set()
            best = min(
                best, (missing, min(order[child] for child in starts), starts), key=lambda one: one[:2]
            )
    return best[2]


def _has_head(start: Element, marks: set[Element], held: dict[Element, int]) -> bool:
    return sum(node in held for node in _run(start, marks)) == 1


def _run(start: Element, starts: set[Element]) -> tuple[Element, ...]:
    return start, *takewhile(lambda node: node not in starts, start.itersiblings())


def _wrap(run: tuple[Element, ...]) -> None:
    whole = run[0].makeelement("div", {})
    run[0].addprevious(whole)
    for node in run:
        whole.append(node)
