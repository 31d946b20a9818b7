from __future__ import annotations

import pytest
from twisted.internet.testing import StringTransport
from twisted.web._newclient import HTTPClientParser, ParseError, Request
from twisted.web.http_headers import Headers

from crawlers.heads import MAX_HEAD, bound_heads


def parser() -> HTTPClientParser:
    bound_heads()
    bound_heads()  # a second time changes nothing
    made = HTTPClientParser(
        Request(b"GET", b"/", Headers({b"Host": [b"f.example"]}), None), lambda rest: None
    )
    made.makeConnection(StringTransport())
    return made


def test_a_head_as_servers_send_it_passes() -> None:
    made = parser()
    made.dataReceived(b"HTTP/1.1 200 OK\r\nServer: x\r\n" + b"X-A: b\r\n" * 100 + b"\r\n")
    assert made.response.code == 200 and len(made.response.headers.getRawHeaders(b"X-A")) == 100


@pytest.mark.parametrize("line", [b"X-A: " + b"b" * 4000 + b"\r\n", b"X-B: c\r\n"])
def test_headers_without_end(line: bytes) -> None:
    made = parser()
    made.dataReceived(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(ParseError):
        for _ in range(
            0, MAX_HEAD + 65_536, len(line) - 4
        ):  # the colon, the space and the line's end do not count
            made.dataReceived(line)


def test_an_endless_promise_of_an_answer() -> None:
    made = parser()
    with pytest.raises(ParseError):
        for _ in range(MAX_HEAD):
            made.dataReceived(b"HTTP/1.1 100 Continue\r\n\r\n")
