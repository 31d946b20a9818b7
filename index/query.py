"""The query language: text -> `index.ast`. The same for the command line, the desk and every engine.

    đánh nhau            both words, anywhere        "đánh nhau"     side by side
    a OR b, a AND b      upper case                  NOT a, -a       without
    (a OR b) c           parentheses                 pod*            words that begin so
    danhh~               one letter may differ, from four letters on
    category: source: kind: place: status: measure: urgent: from: to:     days inclusive, Asia/Ho_Chi_Minh
    nothing, or *        every case, newest first

Unquoted words also find their synonyms (`index.synonyms`); words in chat spelling or disguise also find what they
stand for, where the caller gives a `Reader`.

Words are joined by AND: an officer who adds a word wants fewer hits, not more. There is no field for persons, and
no other field either: whatever else has a colon is an error, unless it is quoted. `NOT` takes away all that its
part alone would find, other accents included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final, NoReturn

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from index.ast import Also, And, Everything, Fuzzy, Is, Node, Not, Or, Phrase, Prefix, Since, Until
from index.gazetteer import gazetteer
from index.synonyms import widened
from index.vietnamese import fold, words
from lachan.domain.case import CaseState
from lachan.domain.errors import QueryError
from lachan.domain.measure import Measure
from lachan.domain.post import SourceKind
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import Reader

MAX_LENGTH: Final = 500  # code points; longer than any question, shorter than any pasted page
MAX_DEPTH: Final = 20  # parentheses within parentheses
MIN_FUZZY: Final = 4  # letters; shorter syllables all differ by one
EVERYTHING: Final = "*"

_GRAMMAR: Final = r"""
start: any?
?any: all ("OR" all)*
?all: each ("AND"? each)*
?each: atom
     | ("NOT" | MINUS) each -> without
?atom: LPAR any RPAR -> group
     | QUOTED            -> quoted
     | WORD              -> word
     | FIELD (WORD | QUOTED) -> field

LPAR: "("
RPAR: ")"
MINUS: /-(?=\S)/
FIELD.1: /[^\s"“”():\-][^\s"“”():]*:/
QUOTED: /["“”][^"“”]*["“”]/
WORD: /[^\s"“”():\-][^\s"“”():]*/
%ignore /\s+/
"""

_YES_NO: Final = {"yes": "yes", "true": "yes", "co": "yes", "no": "no", "false": "no", "khong": "no"}


def _one_of(field: str, values: Iterable[str]) -> Callable[[str], Node]:
    known = tuple(values)

    def read(value: str) -> Node:
        if value.lower() not in known:
            raise ValueError(f"no such {field}; one of: {', '.join(known)}")
        return Is(field, value.lower())

    return read


def _key(field: str, of: str) -> Callable[[str], Node]:
    def read(value: str) -> Node:
        if not value.isprintable() or not value.strip():
            raise ValueError(f"write the {of}'s key, as the list of {of}s has it")
        return Is(field, value)

    return read


def _place(value: str) -> Node:
    """A place by its key, or all that are called so ("nghia hung"). A value that names none finds nothing."""
    if not (keys := tuple(gazetteer().keys(value))):
        return _key("place", "place")(value)
    return Or(tuple(Is("place", key) for key in keys)) if len(keys) > 1 else Is("place", keys[0])


def _urgent(value: str) -> Node:
    answer = _YES_NO.get(fold(value.lower()))
    if answer is None:
        raise ValueError("write urgent:yes or urgent:no")
    return Is("urgent", answer)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("write a day that exists, like 2026-11-30") from None


_FIELDS: Final[dict[str, Callable[[str], Node]]] = {
    "category": _one_of("category", Category),
    "source": _key("source", "source"),
    "kind": _one_of("kind", SourceKind),
    "place": _place,
    "status": _one_of("status", (CaseState.CLOSED, CaseState.APPEALED)),
    "measure": _one_of("measure", Measure),
    "urgent": _urgent,
    "from": lambda value: Since(_day(value)),
    "to": lambda value: Until(_day(value)),
}
_FIELD_LIST: Final = ", ".join(f"{name}:" for name in _FIELDS)


@v_args(inline=True)
class _Meaning(Transformer[Token, Node]):
    """Grammar rules as AST nodes. Runs while the parser reads, so that no nesting recurses."""

    def start(self, node: Node | None = None) -> Node:
        return node if node is not None else Everything()

    def any(self, *parts: Node) -> Node:
        return Or(parts)

    def all(self, *parts: Node) -> Node:
        return And(parts)

    def without(self, *tokens_and_part: Node) -> Node:
        part = tokens_and_part[-1]
        return part.part if isinstance(part, Not) else Not(part)

    def group(self, _left: Token, node: Node, _right: Token) -> Node:
        return node

    def quoted(self, token: Token) -> Node:
        return _phrase(token, token[1:-1], quoted=True)

    def word(self, token: Token) -> Node:
        if str(token) == EVERYTHING:
            return Everything()
        stem = words(token)
        if token.endswith("~") and len(stem) == 1 and len(stem[0]) >= MIN_FUZZY and "*" not in token:
            return Also(Phrase((stem[0],)), (Fuzzy(stem[0]),))
        if "*" not in token:
            return _phrase(token, token)
        if token.index("*") != len(token) - 1 or len(stem) != 1:
            raise QueryError("the wild card * stands at the end of one word, like pod*", _at(token))
        return Prefix(stem[0])

    def field(self, name: Token, value: Token) -> Node:
        read = _FIELDS.get(name[:-1].lower())
        if read is None:
            raise QueryError(
                f"there is no field {name}; there are {_FIELD_LIST}; put words with a colon in quotes",
                _at(name),
            )
        try:
            return read(value[1:-1] if value.type == "QUOTED" else str(value))
        except ValueError as error:
            raise QueryError(str(error), _at(value)) from None


def _at(token: Token) -> int:
    return token.start_pos or 0


def _phrase(token: Token, text: str, *, quoted: bool = False) -> Phrase:
    found = words(text)
    if not found:
        raise QueryError(f"there is no letter or digit in {token}: leave it out", _at(token))
    return Phrase(tuple(found), quoted, text)


def _read_so(node: Node, reader: Reader) -> Node:
    """`node` with, beside phrases and runs of words, what the reader makes of them."""
    match node:
        case Phrase(quoted=True):
            read = tuple(words(reader(node.given).text))
            return (
                Also(node, (Phrase(read, quoted=True),), read=True) if read and read != node.words else node
            )
        case Phrase():
            return _as_read(node, (node,), reader)
        case And(parts):
            run = tuple(part for part in parts if isinstance(part, Phrase) and not part.quoted)
            if len(run) == len(parts):
                return _as_read(node, run, reader)
            return And(tuple(_read_so(part, reader) for part in parts))
        case Or(parts):
            return Or(tuple(_read_so(part, reader) for part in parts))
        case _:
            return node


def _as_read(node: Node, run: tuple[Phrase, ...], reader: Reader) -> Node:
    asked = [word for part in run for word in part.words]
    read = words(reader(" ".join(part.given for part in run)).text)
    if not read or read == asked:
        return node
    return Also(node, (And(tuple(Phrase((word,)) for word in read)),), read=True)


def loosened(node: Node) -> Node:
    """`node` with a slip of the keys allowed in every unquoted word that is long enough."""
    match node:
        case Phrase((word,)) if not node.quoted and len(word) >= MIN_FUZZY:
            return Also(node, (Fuzzy(word),))
        case And(parts):
            return And(tuple(map(loosened, parts)))
        case Or(parts):
            return Or(tuple(map(loosened, parts)))
        case Also(main, others, read):
            return Also(loosened(main), others, read)
        case _:
            return node


_PARSER: Final = Lark(_GRAMMAR, parser="lalr", lexer="basic", transformer=_Meaning())


def parse(query: str, reader: Reader | None = None, *, loose: bool = False) -> Node:
    """What `query` means, synonyms and readings included. Raises QueryError, with what to do and the place in code
    points, and nothing else."""
    node = parse_plainly(query)
    node = widened(node if reader is None else _read_so(node, reader))
    return loosened(node) if loose else node


def parse_plainly(query: str) -> Node:
    """What `query` says word for word. Raises as `parse` does."""
    if len(query) > MAX_LENGTH:
        raise QueryError(f"write at most {MAX_LENGTH} characters", MAX_LENGTH)
    reader = _PARSER.parse_interactive(query)
    open_places: list[int] = []
    try:
        for token in reader.iter_parse():
            if token.type == "LPAR":
                open_places.append(_at(token))
            elif token.type == "RPAR":
                if not open_places:
                    raise QueryError("this parenthesis was never opened", _at(token))
                open_places.pop()
            if len(open_places) > MAX_DEPTH:
                raise QueryError(f"use at most {MAX_DEPTH} parentheses within each other", _at(token))
        node: Node = reader.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedInput as error:
        _explain(error, query, open_places)
    return node


def _explain(error: UnexpectedInput, query: str, open_places: list[int]) -> NoReturn:
    if isinstance(error, UnexpectedCharacters):
        why = {
            ":": f"a colon follows a field ({_FIELD_LIST}) and nothing else; put words with a colon in quotes",
            "-": "write the word to leave out right after the -",
        }.get(error.char, "close the quotation mark")
        raise QueryError(why, error.pos_in_stream or 0) from None
    assert isinstance(error, UnexpectedToken)
    token = error.token
    if token.type == "$END":
        if open_places:
            raise QueryError("close this parenthesis", open_places[-1]) from None
        raise QueryError(
            "the query ends too early: write what comes next, or leave the end out", len(query)
        ) from None
    raise QueryError(f"{token} cannot stand here", _at(token)) from None
