"""The two ways an alarm leaves the house: a signed webhook and mail. Both carry a link and an urgency, nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from lachan.domain.errors import InputError
from lachan.pipeline.oncall import Message
from lachan.pipeline.ports import Clock

WEBHOOK_SECRET: Final = "oncall-webhook"  # noqa: S105 - the name of a key, not a key
TIMEOUT: Final = 10.0  # seconds; the next run tries again
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """`sha256=…`: HMAC-SHA-256 over `timestamp.body`. Whoever receives it computes the same, compares in constant
    time and refuses timestamps that are more than five minutes off."""
    return "sha256=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def checked_url(url: str, schemes: tuple[str, str]) -> SplitResult:
    """The parts of an address with TLS (the second scheme), or without it on this very machine (the first).
    Raises InputError."""
    parts = urlsplit(url)
    plain_here = parts.scheme == schemes[0] and parts.hostname in _LOOPBACK
    if not parts.hostname or not (parts.scheme == schemes[1] or plain_here):
        raise InputError(
            f"{parts.scheme}://{parts.hostname} does not do: alarms go out by {schemes[1]}:// only"
        )
    return parts


@dataclass(frozen=True)
class Webhook:
    """POST of a small JSON object to one address. Redirects are not followed."""

    url: str
    secret: bytes
    desk_url: str
    clock: Clock
    name: str = "webhook"

    def send(self, message: Message, names: Sequence[str], emails: Sequence[str]) -> None:
        parts = checked_url(self.url, ("http", "https"))
        body = json.dumps(
            {
                "event": "protect.urgent",
                "link": _link(self.desk_url, message),
                "urgency": "urgent",
                "step": message.step,
                "raised_at": message.raised_at.isoformat(timespec="seconds"),
                "on_call": list(names),
            },
            sort_keys=True,
        ).encode()
        timestamp = str(int(self.clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Lachan-Timestamp": timestamp,
            "X-Lachan-Signature": sign(self.secret, timestamp, body),
        }
        open_ = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = open_(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            connection.request(
                "POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers
            )
            status = connection.getresponse().status
        except HTTPException as error:
            raise OSError(type(error).__name__) from error
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise OSError(f"the webhook answered {status}")


@dataclass(frozen=True)
class Mail:
    """One message to everybody who is told, their addresses hidden from each other. `smtps://` is TLS from the start;
    `smtp://` is for a mail server on this very machine."""

    url: str
    sender: str
    desk_url: str
    name: str = "email"

    def send(self, message: Message, names: Sequence[str], emails: Sequence[str]) -> None:
        if not emails:
            raise OSError("nobody on call has left an address")
        parts = checked_url(self.url, ("smtp", "smtps"))
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, self.sender
        mail["Subject"] = f"[Lá Chắn] Khẩn cấp, bước {message.step}"
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=parts.hostname)
        mail.set_content(f"Có vụ bảo vệ trẻ khẩn cấp đang chờ.\n\n{_link(self.desk_url, message)}\n")
        try:
            with _server(parts) as server:
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(mail, self.sender, list(emails))
        except smtplib.SMTPException as error:
            raise OSError(type(error).__name__) from error


def _server(parts: SplitResult) -> smtplib.SMTP:
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    return smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT)


def _link(desk_url: str, message: Message) -> str:
    return f"{desk_url.rstrip('/')}/cases/{message.case}"
