"""What only a page as a whole tells of its moments: which figure of its dates is the month, what a bare age means.

"11/19/2026" makes "11/12/2026" of the same page the twelfth of November; "4 giờ" is a moment where the elements
marked alike all say ages or moments, else it may be how long a thing lasts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from crawlers.markup import Element, is_hidden
from crawlers.moments import SETTLED, stated_time
from crawlers.times import is_mostly_a_time, parse_age, parse_time

_HALF_OF_DAY: Final = re.compile(r"\b[AP]M\b")
_DATE: Final = re.compile(r"(?<![\d/.\-])(\d{1,2})([/\-.])(\d{1,2})\2(\d{4})(?![\d/\-])")
_MAX_ELEMENTS: Final = 60_000
_MAX_TEXT: Final = 80  # characters
_MAX_AGE: Final = 12
_MIN_AGES: Final = 2
_NEAR: Final = 2  # elements around an age that may say its moment exactly
_LINES: Final = frozenset(
    {"span", "div", "p", "i", "em", "small", "td", "li", "font", "b", "dd", "a", "time"}
)


def settle_times(tree: Element, now: datetime) -> None:
    """Write down, in `tree`, the moments of dates that begin with the month, and of ages that stand alone."""
    dates: list[tuple[Element, str]] = []
    ages: dict[tuple[str, str], list[tuple[Element, datetime | None]]] = defaultdict(list)
    for node in islice(tree.iter(*_LINES), _MAX_ELEMENTS):
        if not (text := node.text) or len(text) > _MAX_TEXT:
            continue
        if "20" in text and _DATE.search(text) is not None:
            dates.append((node, text))
        if len(node) == 0 and (said := node.get("class")) and (text := text.strip()):
            ages[node.tag, said].append((node, _age(text, now)))
    if _begin_with_the_month([text for _, text in dates if is_mostly_a_time(text)], now):
        for node, text in dates:
            if is_mostly_a_time(text):
                _settle(node, parse_time(_DATE.sub(r"\3\2\1\2\4", text, count=1), now))
    for alike in ages.values():
        if sum(moment is not None for _, moment in alike) >= _MIN_AGES and not is_hidden(alike[0][0]):
            _settle_ages(alike, now)


def _age(text: str, now: datetime) -> datetime | None:
    return parse_age(text, now) if len(text) <= _MAX_AGE and text[0].isdecimal() else None


def _settle_ages(alike: list[tuple[Element, datetime | None]], now: datetime) -> None:
    """Only of elements beside which a name or words stand: each in a line of its own with others."""
    ages = [(node, moment) for node, moment in alike if moment is not None]
    others = [node.text.strip() for node, moment in alike if moment is None]
    if sum(not _is_a_moment(text, now) for text in others) > len(ages) * 2:
        return
    for node, moment in ages:
        beside = node.getprevious() is not None or node.getnext() is not None
        if beside and stated_time((node, *islice(node.iterancestors(), _NEAR)), now) is None:
            _settle(node, moment)


def _is_a_moment(text: str, now: datetime) -> bool:
    return is_mostly_a_time(text) and parse_time(text, now) is not None


def _settle(node: Element, moment: datetime | None) -> None:
    if moment is not None:
        node.set(SETTLED, moment.isoformat())


def _begin_with_the_month(texts: list[str], now: datetime) -> bool:
    """Whether some date of a page can only be read with the month first, and none only with the day first."""
    months = days = 0
    for first, second, year, is_american in _figures(texts):
        latest = now + timedelta(days=1) if is_american else None
        by_day, by_month = _can_be(year, second, first, latest), _can_be(year, first, second, latest)
        days += by_day and not by_month
        months += by_month and not by_day
    return months > 0 and days == 0


def _figures(texts: list[str]) -> Iterator[tuple[int, int, int, bool]]:
    for text in texts:
        for match in _DATE.finditer(text):
            yield int(match[1]), int(match[3]), int(match[4]), _HALF_OF_DAY.search(text) is not None


def _can_be(year: int, month: int, day: int, latest: datetime | None) -> bool:
    """By the calendar; that a day is still to come is no proof but beside AM or PM: posts speak of days to come."""
    try:
        return datetime(year, month, day, tzinfo=UTC) <= (latest or datetime.max.replace(tzinfo=UTC))
    except ValueError:
        return False
