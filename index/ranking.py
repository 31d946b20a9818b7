"""In what order Tantivy gives hits, and the short way to the first of them.

What is found is decided on the folded field alone, so `danh nhau` and `đánh nhau` find the same cases. The order:
every word in exactly the query's spelling is worth `EXACT`, more than BM25 gives to any one word; every word so read
behind chat spelling or a disguise is worth `MEANT`; then BM25. So `đánh nhau` puts "đánh nhau" first, then
"đ.á.n.h nhau", and `danh nhau` puts first what was written without accents.

Whatever has a word in exact spelling is found by that word. So what the spelling is worth stands beside the word, not
around the whole query: the engine then looks it up in what is found, instead of reading every case that has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import tantivy

from index.ast import Also, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Text, wanted_texts
from index.compile import ALSO, FOUND, spelt
from index.document import PAIRS
from index.tantivy_query import TANTIVY, matched
from index.vietnamese import pair

#: BM25 gives one word at most ln(1 + cases) x 2.2, 46 for a thousand million cases.
EXACT: Final = 64.0
MEANT: Final = EXACT * 3 / 4
_MOST: Final = 2.2  # times the logarithm above: BM25's k1 is 1.2, and no word stands in a text for ever
_NESTED: Final = 4  # one around the other; the engine's stack would not hold a whole query's
_ROUNDING: Final = 0.01  # the engine adds 32-bit numbers

_Clause = tuple[tantivy.Occur, tantivy.Query]
_MUST: Final = tantivy.Occur.Must
_SHOULD: Final = tantivy.Occur.Should


@dataclass(frozen=True)
class Lexicon:
    """What an index holds: how many cases, and in how many of them a word of a field is. Both count deleted ones."""

    cases: int
    frequency: Callable[[str, str], int]

    def most(self, words: tuple[str, ...]) -> float:
        """What BM25 gives to these words side by side at most."""
        folded = [spelt(word, FOUND) for word in words]
        if len(folded) == 2:
            counts = [self.frequency(PAIRS, pair(*folded))]
        else:
            counts = [self.frequency(FOUND, word) for word in folded]
        return _MOST * sum(math.log(1 + (self.cases - count + 0.5) / (count + 0.5)) for count in counts)


@dataclass(frozen=True)
class Head:
    """Hits that have every word in the best spelling there is. No other scores more than `others`."""

    query: tantivy.Query
    others: float


@dataclass(frozen=True)
class Plan:
    """`ranked`: the query has words, so the score orders; else the newest come first. `head`: where many cases are
    found, a few of them that are likely to hold the first page; None where there is no such short way."""

    query: tantivy.Query
    ranked: bool
    head: Head | None = None


def plan(node: Node, lexicon: Lexicon) -> Plan:
    """How Tantivy answers `node`."""
    if not any(wanted_texts(node)):
        return Plan(matched(node), ranked=False)
    return Plan(_scored(node, lexicon), ranked=True, head=_head(node, lexicon))


def _scored(node: Node, lexicon: Lexicon) -> tantivy.Query:
    match node:
        case And(parts):
            if any(not isinstance(part, Not) for part in parts):
                return _scored_every(parts, lexicon)
        case Or(parts) if all(map(_found_by_its_words, parts)):
            return tantivy.Query.boolean_query(
                [clause for part in parts for clause in ((_SHOULD, matched(part)), *_worths(part, lexicon))]
            )
    worths = list(_worths(node, lexicon))
    return tantivy.Query.boolean_query([(_MUST, matched(node)), *worths]) if worths else matched(node)


def _scored_every(parts: Sequence[Node], lexicon: Lexicon) -> tantivy.Query:
    """What the spelling of words is worth stands around them all: words alone are what the engine joins fastest."""
    clauses, worths = list[_Clause](), list[_Clause]()
    for part in parts:
        match part:
            case Not(unwanted):
                clauses.append((tantivy.Occur.MustNot, matched(unwanted)))
            case Phrase():
                clauses.append((_MUST, matched(part)))
                worths += _worths(part, lexicon)
            case _:
                clauses.append((_MUST, _scored(part, lexicon)))
    query = tantivy.Query.boolean_query(clauses)
    for worth in worths[:_NESTED]:
        query = tantivy.Query.boolean_query([(_MUST, query), worth])
    rest = worths[_NESTED:]
    return tantivy.Query.boolean_query([(_MUST, query), *rest]) if rest else query


def _found_by_its_words(node: Node) -> bool:
    """Whether each of the wanted texts of `node` is enough to find a case."""
    match node:
        case Also(main, others, read):
            return all(isinstance(part, Text) for part in ((main, *others) if read else (main,)))
        case _:
            return isinstance(node, Text)


def _worths(node: Node, lexicon: Lexicon) -> Iterator[_Clause]:
    for text in wanted_texts(node):
        spellings = list(_spellings(text, lexicon))
        if len(spellings) == 1:
            yield _SHOULD, spellings[0][1]
        elif spellings:
            yield _SHOULD, tantivy.Query.disjunction_max_query([query for _, query in spellings])


def _spellings(text: Text, lexicon: Lexicon) -> Iterator[tuple[float, tantivy.Query]]:
    """(worth, query) of the spellings of `text` that the index has, the best first."""
    if isinstance(text, Fuzzy):
        return
    for field, worth in (("exact", EXACT), ("meant", MEANT)):
        match text:
            case Phrase(words):
                known, times = all(lexicon.frequency(field, word) for word in words), len(words)
            case Prefix():
                known, times = True, 1
        if known:
            yield worth * times, tantivy.Query.const_score_query(TANTIVY.text(text, field), worth * times)


def _head(node: Node, lexicon: Lexicon) -> Head | None:
    """Of a word, or of words joined by OR: what has them all. What lacks one, or has it in a lesser spelling, also
    lacks what that is worth; where this is more than BM25 could make up for, nothing outside needs to be looked at.
    """
    parts = node.parts if isinstance(node, Or) else (node,)
    clauses: list[_Clause] = []
    most, gap = 0.0, math.inf
    for part in parts:
        main, others = (part.main, part.others) if isinstance(part, Also) and not part.read else (part, ())
        if not (isinstance(main, Phrase) and len(main.words) == 1):
            return None
        for other in others:
            if not isinstance(other, Phrase):
                return None
            most += ALSO * lexicon.most(other.words)
            clauses.append((_SHOULD, TANTIVY.lessened(matched(other), ALSO)))
        by_word = lexicon.most(main.words)
        spellings = list(_spellings(main, lexicon))
        worths = [worth for worth, _ in spellings] + [0.0]
        most += by_word + worths[0]
        gap = min(gap, worths[0] - worths[1] if spellings else by_word)
        clauses += [(_MUST, matched(main)), *((_MUST, query) for _, query in spellings[:1])]
    if len(parts) == 1 and gap < EXACT - MEANT:
        return None  # no spelling to tell it by: the head would be the whole
    return Head(tantivy.Query.boolean_query(clauses), most - gap + _ROUNDING)
