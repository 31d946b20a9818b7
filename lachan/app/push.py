"""How word leaves the house: a signed webhook and mail, for alarms of the roster and for alerts. Both carry a link
and numbers, nothing else; no text from outside is ever part of them."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from lachan.domain.alert import AlertWay
from lachan.domain.errors import InputError
from lachan.pipeline.oncall import Message
from lachan.pipeline.ports import Clock
from lachan.pipeline.telling import Dispatch, Unanswered

WEBHOOK_SECRET: Final = "oncall-webhook"  # noqa: S105 - the name of a key, not a key
ALERTS_SECRET: Final = "alerts-webhook"  # noqa: S105 - likewise
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
class Hook:
    """POST of a small JSON object to one address. Redirects are not followed."""

    url: str
    secret: bytes = field(repr=False)
    clock: Clock

    def post(self, payload: Mapping[str, object], key: str | None = None) -> None:
        """`key` names what is told, the same at every try. Raises Unanswered where it may have arrived, another
        OSError where it was not taken."""
        parts = checked_url(self.url, ("http", "https"))
        body = json.dumps(payload, sort_keys=True).encode()
        timestamp = str(int(self.clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Lachan-Timestamp": timestamp,
            "X-Lachan-Signature": sign(self.secret, timestamp, body),
        }
        if key is not None:
            headers["Idempotency-Key"] = key
        open_ = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = open_(parts.hostname or "", parts.port, timeout=TIMEOUT)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.connect()
            try:
                connection.request("POST", path, body, headers)
                status = connection.getresponse().status
            except (OSError, HTTPException) as error:
                raise Unanswered(type(error).__name__) from error
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise OSError(f"the webhook answered {status}")


@dataclass(frozen=True)
class Relay:
    """One message to all of `to`, their addresses hidden from each other. `smtps://` is TLS from the start;
    `smtp://` is for a mail server on this very machine."""

    url: str = field(repr=False)  # may hold a password
    sender: str

    def mail(self, to: Sequence[str], subject: str, text: str, key: str | None = None) -> None:
        """`subject` and `text` are our own words; `key` names what is told, the same at every try, so that a mailbox
        knows repeats. Raises as `Hook.post` does."""
        parts = checked_url(self.url, ("smtp", "smtps"))
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, self.sender
        mail["Subject"] = subject
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{key}@{parts.hostname}>" if key else make_msgid(domain=parts.hostname)
        mail.set_content(text)
        try:
            with _server(parts) as server:
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                self._hand_over(server, mail, to)
        except smtplib.SMTPException as error:
            raise OSError(type(error).__name__) from error

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage, to: Sequence[str]) -> None:
        """A server that says no has not taken it; one that falls silent may have."""
        try:
            server.send_message(mail, self.sender, list(to))
        except smtplib.SMTPServerDisconnected as error:
            raise Unanswered(type(error).__name__) from error
        except smtplib.SMTPException as error:
            raise OSError(type(error).__name__) from error
        except OSError as error:
            raise Unanswered(type(error).__name__) from error


def _server(parts: SplitResult) -> smtplib.SMTP:
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    return smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT)


# --- Alarms of the roster ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Webhook:
    """An alarm to one address."""

    hook: Hook
    desk_url: str
    name: str = "webhook"

    def send(self, message: Message, names: Sequence[str], emails: Sequence[str]) -> None:
        self.hook.post(
            {
                "event": "protect.urgent" if message.referral is None else "protect.not_accepted",
                "link": _link(self.desk_url, _page(message)),
                "urgency": "urgent",
                "step": message.step,
                "raised_at": message.raised_at.isoformat(timespec="seconds"),
                "on_call": list(names),
            }
        )


@dataclass(frozen=True)
class Mail:
    """An alarm to everybody who is told."""

    relay: Relay
    desk_url: str
    name: str = "email"

    def send(self, message: Message, names: Sequence[str], emails: Sequence[str]) -> None:
        if not emails:
            raise OSError("nobody on call has left an address")
        link = _link(self.desk_url, _page(message))
        if message.referral is None:
            text = f"Có vụ bảo vệ trẻ khẩn cấp đang chờ.\n\n{link}\n"
        else:
            text = f"Có việc chuyển thông tin bảo vệ trẻ quá 2 giờ chưa được tiếp nhận.\n\n{link}\n"
        self.relay.mail(emails, f"[Lá Chắn] Khẩn cấp, bước {message.step}", text)


def _page(message: Message) -> str:
    return f"cases/{message.case}" if message.referral is None else f"referrals#referral-{message.referral}"


# --- Alerts ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class AlertWebhook:
    """Counts to one address."""

    hook: Hook
    desk_url: str
    way: AlertWay = AlertWay.WEBHOOK

    def send(self, dispatch: Dispatch, address: str | None) -> None:
        payload = {
            "event": "alerts.told",
            "key": dispatch.key,
            "link": _told(self.desk_url, dispatch),
            "counts": [{"alert": number, "count": count} for number, count in dispatch.counts],
        }
        self.hook.post(payload, dispatch.key)


@dataclass(frozen=True)
class AlertMail:
    """Counts to the one who made the alerts."""

    relay: Relay
    desk_url: str
    way: AlertWay = AlertWay.MAIL

    def send(self, dispatch: Dispatch, address: str | None) -> None:
        if address is None:
            raise OSError("no address was left")
        told = "\n".join(f"Lời nhắc {number}: {count} mới" for number, count in dispatch.counts)
        text = f"Có số liệu mới.\n\n{told}\n\n{_told(self.desk_url, dispatch)}\n"
        self.relay.mail([address], "[Lá Chắn] Có số liệu mới", text, dispatch.key)


def _link(desk_url: str, path: str) -> str:
    return f"{desk_url.rstrip('/')}/{path}"


def _told(desk_url: str, dispatch: Dispatch) -> str:
    return _link(desk_url, f"alerts/told/{dispatch.bulletin}")
