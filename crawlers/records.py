"""Where posts stand on a page whose names say nothing: elements marked alike, one moment and some words in each.

A moment is what every list of posts shows once a post. Whatever elements have in common (a class, a role, a numbered
id, the path of their tags) is tried as the mark of a post; it is worth the more, the more of the elements so marked
hold exactly one moment of their own, and the more words. What the best mark leaves over (an answer within a
question, what the comments are about) is looked for in the same way.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import dropwhile, islice, takewhile
from math import sqrt
from typing import Final

from crawlers.markup import Element, has_text, is_hidden
from crawlers.moments import own_time, shown_time
from crawlers.times import HANOI
from crawlers.words import is_edit, is_quote

_MAX_ELEMENTS: Final = 60_000  # of a page that are looked at: a page made to cost time must not
_MAX_TIMES: Final = 1_500
MAX_DEPTH: Final = 60  # elements above a time
_MAX_SAYING: Final = (
    60  # characters of an element that says a moment, twice as many where nothing in it says one
)
_MAX_DRESS: Final = 30  # elements in it
_MAX_ROUNDS: Final = 3
_MAX_INSIDE: Final = 3_000
_MIN_WORDS: Final = 2
_MIN_ALIKE: Final = 2
_OFTEN: Final = 3  # times: what a page says as often is its own word ("Lượt xem: 7")
_MAX_SAID: Final = 40  # characters of that
_SAME: Final = timedelta(minutes=1)  # apart, at most, are two ways to say one moment
_DIGITS: Final = re.compile(r"\d+")
ASIDE_ROLES: Final = frozenset(
    {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "menu", "menubar"}
)
_MAX_LEAD: Final = 40  # characters
#: Beside a date that says how long somebody has been there, not when they wrote.
_OF_A_PERSON: Final = re.compile(
    r"(?:online|trực tuyến|tham gia|gia nhập|đăng ký|thành viên từ|hoạt động|truy cập|ngày sinh|sinh nhật|joined"
    r"|last (?:seen|active)|member since|registered)\D{0,30}(?:\d|$)",
    re.IGNORECASE,
)
_WHOLE: Final = ("body", "html")


@dataclass
class Page:
    """What is seen of a page: its times; of every element the path of its tags, and how many words it shows.

    Words in links and those that the page says again and again do not count.
    """

    times: dict[Element, datetime] = field(default_factory=dict)
    words: dict[Element, int] = field(default_factory=dict)
    path: dict[Element, int] = field(default_factory=dict)

    def above(self, time: Element) -> Iterator[Element]:
        """What holds a time, inside out, without the page itself."""
        return (node for node in islice(time.iterancestors(), MAX_DEPTH) if node.tag not in _WHOLE)


def look_at(tree: Element, now: datetime) -> Page:
    """One pass over what a reader sees of the page, without its menus and sidebars."""
    page = Page()
    paths: dict[tuple[int, str], int] = {}
    seen: list[tuple[Element, list[str]]] = []
    stack = [(tree, 0, False, False)]
    while stack and len(seen) < _MAX_ELEMENTS:
        node, above, is_linked, is_said = stack.pop()
        if is_hidden(node) or node.get("role") in ASIDE_ROLES:
            continue
        at = page.path[node] = paths.setdefault((above, node.tag), len(paths) + 1)
        is_linked = is_linked or node.tag == "a"
        own = [] if is_linked else [node.text or "", *(child.tail or "" for child in node)]
        seen.append(
            (node, [_DIGITS.sub("#", piece.strip()) for piece in own if piece and not piece.isspace()])
        )
        if not is_said and len(page.times) < _MAX_TIMES and (moment := own_time(node, now)) is not None:
            if not _is_a_line(node, now):  # a post's own attribute stands on all of it
                moment = shown_time(node, now)
            if moment is not None:
                is_said = True  # what lies in it says no other
                page.times[node] = moment
        stack += ((child, at, is_linked, is_said) for child in reversed(node))
    others: dict[Element, bool] = {}
    for time in list(page.times):
        if _is_of_a_person(time) or _is_anothers(time, others):
            del page.times[time]
    often = Counter(piece for _, own in seen for piece in own)
    for node, own in reversed(seen):
        said = () if node in page.times else (p for p in own if len(p) > _MAX_SAID or often[p] < _OFTEN)
        page.words[node] = page.words.get(node, 0) + sum(len(piece.split()) for piece in said)
        if (parent := node.getparent()) is not None:
            page.words[parent] = page.words.get(parent, 0) + page.words[node]
    return page


def _is_a_line(node: Element, now: datetime) -> bool:
    """Whether an element with a moment in an attribute is no more than what says it."""
    shown = 0 if len(node) == 0 else sum(len(piece.strip()) for piece in islice(node.itertext(), 16))
    if shown <= _MAX_SAYING:
        return True
    inside = islice(node.iterdescendants(), _MAX_DRESS)
    return shown <= 2 * _MAX_SAYING and all(
        own_time(n, now) is None for n in inside if isinstance(n.tag, str)
    )


def _is_anothers(time: Element, known: dict[Element, bool]) -> bool:
    """Whether it lies in a quote or a remark that a post was changed; `known` keeps what was seen of elements."""
    for node in (time, *islice(time.iterancestors(), MAX_DEPTH)):
        if node not in known:
            known[node] = is_quote(node) or is_edit(node)
        if known[node]:
            return True
    return False


def _is_of_a_person(node: Element) -> bool:
    """Whether before its moment, in it or as the last words before it, stands how long somebody has been there."""
    own = "".join(islice(node.itertext(), 8))
    if _OF_A_PERSON.search(own[:_MAX_LEAD]) is not None:
        return True
    before = node
    while before is not None and before.getprevious() is None:
        above = before.getparent()
        if above is not None and (above.text or "").strip():
            return _OF_A_PERSON.search(above.text[-_MAX_LEAD:]) is not None
        before = above
    if before is None:
        return False
    said, previous = "", before.getprevious()
    while previous is not None and not said:  # comments say nothing, but what stands behind them does
        parts = islice(previous.itertext(), 20) if isinstance(previous.tag, str) else ()
        said = (previous.tail or "").strip() or "".join(parts).strip()
        previous = previous.getprevious() if not isinstance(previous.tag, str) else None
    return _OF_A_PERSON.search(said[-_MAX_LEAD:]) is not None and not said[-1:].isdecimal()


@dataclass
class _Cut:
    """A way to cut a page into posts: the moments that each element of one mark holds itself, and what it lies in."""

    moments: dict[Element, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    outer: dict[Element, Element] = field(default_factory=dict)  # the next element of that mark around one

    def meet(self, node: Element, under: Element | None, moment: datetime) -> None:
        """On the way up from a time, an element of the mark is met: the first holds it, others lie around the first."""
        if under is None:
            self.moments[node].append(moment)
        else:
            self.outer.setdefault(under, node)

    def worth(self, page: Page, inside: Mapping[Element, int]) -> tuple[float, list[Element]]:
        """What it is worth, and which elements hold one moment; `inside` are words of posts already found."""
        whole = {node: page.words.get(node, 0) - inside.get(node, 0) for node in self.moments}
        own = dict(whole)
        for node in whole:
            around = self.outer.get(node)
            while around is not None and around not in own:
                around = self.outer.get(around)
            if around is not None:
                own[around] -= whole[node]
        worth, ones = 0.0, []
        for node, said in self.moments.items():
            if own[node] < _MIN_WORDS:
                continue
            if _is_one(said):
                worth += sqrt(own[node])
                ones.append(node)
            else:
                worth -= sqrt(own[node])
        return worth, ones


def _is_one(moments: list[datetime]) -> bool:
    """Whether all are one moment, or it and its day."""
    first, last = min(moments), max(moments)
    if last - first <= _SAME:
        return True
    return last < _end(first) and all(one == first or last - one <= _SAME for one in moments)


def fit(page: Page, posts: AbstractSet[Element]) -> float:
    """How well `posts` explain the page: of each its words, if it has one moment of its own; less where it has more."""
    cut = _Cut()
    for time, moment in page.times.items():
        under: Element | None = None
        for node in (time, *page.above(time)):
            if node in posts:
                cut.meet(node, under, moment)
                under = node
    return cut.worth(page, {})[0]


def learned(page: Page) -> tuple[list[Element], float]:
    """The elements that are posts, by marks they share, and how well those of the best mark explain the page.

    Of a page without two posts of one kind there are none.
    """
    found: set[Element] = set()
    alike: set[Element] = set()
    moments: dict[Element, datetime] = {}
    explained = 0.0
    for _ in range(_MAX_ROUNDS):
        worth, gained, cut = _best(page, found, alike)
        if not gained:
            break
        explained = explained or worth
        alike = alike or cut.moments.keys() - gained
        moments.update((node, cut.moments[node][0]) for node in gained)
        found.update(gained)
    order = {node: at for at, node in enumerate(page.path)}
    found -= _heads(page, moments, order)
    found = _tight(page, found)
    found.update(_alike(found))
    return sorted(found, key=order.__getitem__), explained


def _heads(page: Page, moments: Mapping[Element, datetime], order: Mapping[Element, int]) -> set[Element]:
    """What stands before posts that are marked alike and says one of their moments, or around them and a later one.

    So do the hour on a page, "last answer by", and who began a thread and when, which its first post says again.
    """
    kinds = Counter((node.tag, node.get("class")) for node in moments)
    posts = [node for node in moments if kinds[node.tag, node.get("class")] > 1]
    if len(posts) < _MIN_ALIKE:
        return set()
    begins = min(order[node] for node in posts)
    said: dict[datetime, int] = {}  # with how many words; an opening post of the same minute has more
    for node in posts:
        if _end(moments[node]) == moments[node]:
            said[moments[node]] = max(said.get(moments[node], 0), page.words.get(node, 0))
    first: dict[Element, datetime] = {}
    for node in posts:
        for above in islice(node.iterancestors(), MAX_DEPTH):
            first[above] = min(first.get(above, _end(moments[node])), _end(moments[node]))
    odd = (node for node in moments if kinds[node.tag, node.get("class")] == 1 and order[node] < begins)
    return {
        node
        for node in odd
        if moments[node] > first.get(node, moments[node])
        or (moments[node] in said and (node in first or page.words.get(node, 0) < said[moments[node]]))
    }


def _end(moment: datetime) -> datetime:
    """`moment`, or the end of the day where no hour is said."""
    day = moment.astimezone(HANOI)
    return moment + timedelta(days=1) if (day.hour, day.minute, day.second) == (0, 0, 0) else moment


def _best(
    page: Page, found: AbstractSet[Element], alike: AbstractSet[Element]
) -> tuple[float, list[Element], _Cut]:
    """The mark that explains most of what `found` leaves over, the elements it gains, and its cut.

    Beside or around those that were found, if there are, or within one of those marked `alike`.
    """
    inside: dict[Element, int] = defaultdict(int)
    beside: set[Element] = set()
    for post in found:
        beside.update(islice(post.iterancestors(), 3))
        for node in takewhile(lambda node: node not in found, post.iterancestors()):
            inside[node] += page.words.get(post, 0)
    best, gained, chosen = (0, 0.0, 0, 0), [], _Cut()
    for cut in _cuts(page, found).values():
        if len(cut.moments) < (1 if found else 2):
            continue
        worth, ones = cut.worth(page, inside)
        ones = [
            node
            for node in ones
            if not found
            or node in inside
            or node.getparent() in beside
            or not alike.isdisjoint(islice(node.iterancestors(), MAX_DEPTH))
        ]
        if len(ones) < (1 if found else 2) or (2, worth, len(ones)) < best[:3]:
            continue
        depth = sum(1 for _ in ones[0].iterancestors())
        rank = (2, worth, len(ones), -depth)
        if (
            len(ones) == 1 and ones[0] in inside
        ):  # what the others answer to: as little of the page as holds it
            rank = (1, 0.0, 0, depth)
        if rank > best and not (rank[0] == 1 and _is_of_the_page(ones[0])):
            best, gained, chosen = rank, ones, cut
    return best[1], gained, chosen


def _cuts(page: Page, found: AbstractSet[Element]) -> Mapping[object, _Cut]:
    """Of the times that no post holds yet, per mark which elements so marked hold them."""
    cuts: dict[object, _Cut] = defaultdict(_Cut)
    marks: dict[Element, tuple[object, ...]] = {}
    for time, moment in page.times.items():
        above = list(page.above(time))
        if not found.isdisjoint(above):
            continue
        under: dict[object, Element] = {}
        for node in above:
            if node not in marks:
                marks[node] = tuple(_marks(page, node))
            for mark in marks[node]:
                cuts[mark].meet(node, under.get(mark), moment)
                under[mark] = node
    return cuts


def _is_of_the_page(node: Element) -> bool:
    """Whether an element holds the page's menus or all of the page: a date there is today's."""
    if (above := node.getparent()) is None or above.tag in _WHOLE:
        return True
    inside = islice(node.iter("*"), _MAX_INSIDE)
    return any(n.tag in ("nav", "footer") or n.get("role") in ASIDE_ROLES for n in inside)


def _tight(page: Page, found: AbstractSet[Element]) -> set[Element]:
    """Posts that hold others as little as holds them and their moment: a mark may stand on the whole page, too."""
    inner: dict[Element, list[Element]] = defaultdict(list)
    for node in (*page.times, *found):
        around = next((above for above in node.iterancestors() if above in found), None)
        if around is not None:
            inner[around].append(node)
    tight = set()
    for post in found:
        if found.isdisjoint(inner[post]) or inner[post][0] in found:  # holds no posts, or no moment
            tight.add(post)
            continue
        shared = set.intersection(*({*islice(node.iterancestors(), MAX_DEPTH)} for node in inner[post]))
        tight.add(next((node for node in inner[post][0].iterancestors() if node in shared), post))
    return tight


def _alike(found: AbstractSet[Element]) -> list[Element]:
    """What stands between posts, built as all of them are, but shows no moment."""
    beside: dict[Element, list[Element]] = defaultdict(list)
    for node in found:
        beside[node.getparent()].append(node)
    more = []
    for parent, posts in beside.items():
        shapes = {_shape(node) for node in posts}
        if len(posts) > 1 and len(shapes) == 1 and len(posts[0]) > 1:
            after = dropwhile(lambda node: node not in found, parent)  # what stands before heads a table
            more += [node for node in after if _shape(node) in shapes and has_text(node)]
    return more


def _shape(node: Element) -> tuple[str, ...]:
    return (str(node.tag), *(str(child.tag) for child in node))


def _marks(page: Page, node: Element) -> Iterator[object]:
    yield page.path[node]
    if (names := node.get("class")) is not None:
        yield from _names(names)
    else:
        above = node.getparent()
        yield node.tag, above.tag, (over.tag if (over := above.getparent()) is not None else "")
    if (role := node.get("role")) is not None:
        yield "role", role
    if (mark := node.get("id")) is not None and (shape := _DIGITS.sub("#", mark)) != mark:
        yield "id", shape
    yield from (name for name, _ in node.items() if name.startswith("data-") and name.endswith("id"))


@lru_cache(maxsize=4096)
def _names(given: str) -> tuple[str, ...]:
    return tuple({f".{_DIGITS.sub('#', name)}" for name in given.split()[:12]})
