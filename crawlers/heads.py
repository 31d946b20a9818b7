"""The head of an answer, bounded as a whole: Twisted bounds each of its lines (16 kB) but not how many there are, and
Scrapy keeps all of them."""

from __future__ import annotations

from typing import Any, Final

from twisted.web._newclient import HTTPClientParser, ParseError

MAX_HEAD: Final = 262_144  # bytes; servers themselves refuse a twentieth of it


class _Bounded:
    """Counts what goes through a method of the parser, and ends the connection that never comes to its page."""

    def __init__(self, method: Any) -> None:
        self._method = method

    def __get__(self, parser: Any, owner: type) -> Any:
        def received(*line: bytes) -> Any:
            parser.lachan_head = getattr(parser, "lachan_head", 0) + sum(map(len, line))
            if parser.lachan_head > MAX_HEAD:
                raise ParseError("the head does not end", b"")  # type: ignore[no-untyped-call]
            return self._method(parser, *line)

        return received


def bound_heads() -> None:
    """For every connection of this process from now on. There is no setting for it, hence from outside."""
    for name in ("statusReceived", "headerReceived"):
        method = getattr(HTTPClientParser, name)
        if name not in vars(HTTPClientParser) or not isinstance(vars(HTTPClientParser)[name], _Bounded):
            setattr(HTTPClientParser, name, _Bounded(method))
