"""Alarms that leave the house: signed, timed, and with nothing but a link and an urgency."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lachan.app.push import AlertMail, AlertWebhook, Hook, Mail, Relay, Webhook, checked_url
from lachan.domain.errors import InputError
from lachan.pipeline.oncall import Message
from lachan.pipeline.telling import Dispatch, Unanswered

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
MESSAGE = Message(12, 2, NOW)
DISPATCH = Dispatch("0af1", 31, ((4, 7), (9, 12)))


class Receiver:
    """An HTTP server that keeps what comes and answers `status`."""

    def __init__(self) -> None:
        self.status = 204
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Location", "http://127.0.0.1:9/")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/alarm?to=1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_webhook_is_signed_and_says_nothing_of_the_case(receiver: Receiver) -> None:
    way = Webhook(Hook(receiver.url, b"secret", lambda: NOW), "https://desk.example/")
    way.send(MESSAGE, ["bao-ve"], ["truc@example.vn"])
    ((path, headers, body),) = receiver.got
    timestamp = headers["X-Lachan-Timestamp"]
    expected = hmac.new(b"secret", timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Lachan-Signature"] == f"sha256={expected}"
    assert (path, timestamp) == ("/alarm?to=1", str(int(NOW.timestamp())))
    assert json.loads(body) == {
        "event": "protect.urgent",
        "link": "https://desk.example/cases/12",
        "urgency": "urgent",
        "step": 2,
        "raised_at": "2026-11-22T07:05:00+00:00",
        "on_call": ["bao-ve"],
    }


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_not_taken_is_an_error_and_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(OSError, match=str(status)):
        Webhook(Hook(receiver.url, b"secret", lambda: NOW), "https://desk.example").send(MESSAGE, [], [])
    assert len(receiver.got) == 1


def test_alarms_leave_by_tls_or_stay_on_this_machine() -> None:
    for url in ("http://pager.example/x", "ftp://127.0.0.1/", "nothing", "https://"):
        with pytest.raises(InputError):
            checked_url(url, ("http", "https"))
    assert checked_url("https://pager.example/x", ("http", "https")).hostname == "pager.example"


class MailServer:
    """As much of RFC 5321 as one message needs; answers to DATA and to its end as told, None hangs up."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = [*answers, *("354 go on", "250 taken")[len(answers) :]]
        self.lines: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self.socket.accept()
        with connection, connection.makefile("rwb") as stream:
            self._say(stream, "220 hello")
            data = False
            for raw in stream:
                line = raw.decode().rstrip("\r\n")
                self.lines.append(line)
                if data:
                    data = line != "."
                    if not data and self.answers[1] is None:
                        return
                    if not data:
                        self._say(stream, self.answers[1])
                elif line.upper() == "DATA":
                    data = str(self.answers[0]).startswith("354")
                    self._say(stream, str(self.answers[0]))
                elif line.upper() == "QUIT":
                    self._say(stream, "221 bye")
                    return
                else:
                    self._say(stream, "250 ok")

    def _say(self, stream, line: str) -> None:  # type: ignore[no-untyped-def]
        stream.write(f"{line}\r\n".encode())
        stream.flush()


def test_mail_goes_to_each_and_shows_nobody_the_others() -> None:
    server = MailServer()
    Mail(Relay(server.url, "la-chan@example.vn"), "https://desk.example").send(
        MESSAGE, ["bao-ve", "bao-ve-hai"], ["truc@example.vn", "hai@example.vn"]
    )
    given = [line for line in server.lines if line.lower().startswith("rcpt to")]
    assert len(given) == 2
    letter = "\n".join(
        server.lines[server.lines.index(next(x for x in server.lines if x.upper() == "DATA")) :]
    )
    assert "truc@example.vn" not in letter and "hai@example.vn" not in letter
    assert "To: la-chan@example.vn" in letter
    server.socket.close()


def test_mail_without_anybody_or_a_server_is_an_error() -> None:
    with pytest.raises(OSError):
        Mail(Relay("smtp://127.0.0.1:1", "la-chan@example.vn"), "https://desk.example").send(
            MESSAGE, ["bao-ve"], []
        )
    with pytest.raises(OSError):
        Mail(Relay("smtp://127.0.0.1:1", "la-chan@example.vn"), "https://desk.example").send(
            MESSAGE, [], ["a@b.vn"]
        )


def test_an_alert_is_a_count_and_a_link_under_the_same_key_at_every_try(receiver: Receiver) -> None:
    way = AlertWebhook(Hook(receiver.url, b"secret", lambda: NOW), "https://desk.example")
    receiver.status = 503
    with pytest.raises(OSError, match="503") as refused:
        way.send(DISPATCH, None)
    assert not isinstance(refused.value, Unanswered)
    receiver.status = 200
    way.send(DISPATCH, None)
    assert [headers["Idempotency-Key"] for _, headers, _ in receiver.got] == ["0af1", "0af1"]
    _, headers, body = receiver.got[1]
    signed = hmac.new(b"secret", headers["X-Lachan-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["X-Lachan-Signature"] == f"sha256={signed.hexdigest()}"
    assert json.loads(body) == {
        "event": "alerts.told",
        "key": "0af1",
        "link": "https://desk.example/alerts/told/31",
        "counts": [{"alert": 4, "count": 7}, {"alert": 9, "count": 12}],
    }


def _mail_lines(*answers: str | None) -> list[str]:
    server = MailServer(*answers)
    try:
        AlertMail(Relay(server.url, "la-chan@example.vn"), "https://desk.example").send(
            DISPATCH, "mai@example.vn"
        )
    finally:
        server.socket.close()
    return server.lines


def test_a_mail_has_no_header_that_anything_from_outside_could_fill() -> None:
    lines = _mail_lines()
    start = next(at for at, line in enumerate(lines) if line.upper() == "DATA") + 1
    headers = dict(line.split(": ", 1) for line in lines[start : lines.index("", start)])
    assert {name for name in headers if not name.startswith("Content-")} == {
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version",
    }  # fmt: skip
    assert (headers["From"], headers["To"]) == ("la-chan@example.vn", "la-chan@example.vn")
    assert headers["Message-ID"] == "<0af1@127.0.0.1>"
    again = _mail_lines()
    unlike = ("Date:", "ehlo", "helo")
    same = [[line for line in each if not line.startswith(unlike)] for each in (lines, again)]
    assert same[0] == same[1], "every try is the same mail"


def test_who_falls_silent_may_have_taken_it_who_refuses_has_not() -> None:
    with pytest.raises(Unanswered):
        _mail_lines("354 go on", None)
    with pytest.raises(OSError) as refused:
        _mail_lines("554 no")
    assert not isinstance(refused.value, Unanswered)
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def hang_up() -> None:
            connection, _ = silent.accept()
            connection.recv(65536)
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Unanswered):
            AlertWebhook(Hook(url, b"s", lambda: NOW), "https://desk.example").send(DISPATCH, None)
    with pytest.raises(OSError) as nobody:
        AlertWebhook(Hook(url, b"s", lambda: NOW), "https://desk.example").send(DISPATCH, None)
    assert not isinstance(nobody.value, Unanswered)
    with pytest.raises(OSError, match="no address"):
        AlertMail(Relay("smtp://127.0.0.1:1", "a@b.vn"), "https://desk.example").send(DISPATCH, None)
