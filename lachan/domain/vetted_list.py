"""Vetted lists of child-protection bodies: addresses and terms by which posts of offenders are found.

The model never learns the two categories concerned from offenders' words (TAXONOMY), so such posts are found by
lists that a child-protection body made, signed, and the operator brought. A list names posts and words, never
persons: an address of a person's page is refused. What a listed entry can do stands in `routing.route`.

    document (JSON, signed as bytes) -> `read` -> VettedList: proposed -> active (two people) -> removed
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urlsplit

from lachan.domain.errors import InputError, RefusedError
from lachan.domain.post import SourceKind
from lachan.domain.source_rules import refusal
from lachan.domain.taxonomy import TESTIMONY_ONLY, Category

FORMAT: Final = "lachan.list/1"
#: Harmless texts in which a term may occur: at most one of so many, and so many at least must be tried.
HARMLESS_TEXTS: Final = 100_000
#: Letters of a term: a shorter one is a part of everyday words.
SHORTEST_TERM: Final = 5
LONGEST_TERM: Final = 100  # code points
MOST_ENTRIES: Final = 50_000
MOST_BYTES: Final = 8 * 2**20
#: A list says for how long it holds; what its issuer no longer stands by must not linger.
LONGEST_LIFE: Final = timedelta(days=366)
_KEYS: Final = frozenset({"format", "name", "issuer", "category", "issued_on", "expires_on", "urls", "terms"})


class ListState(StrEnum):
    """Of a list and of an issuer. What is removed is deleted."""

    PROPOSED = "proposed"
    ACTIVE = "active"


@dataclass(frozen=True)
class Issuer:
    """A child-protection body. `public_key` is its Ed25519 key, 32 bytes; not trusted after `expires_on`."""

    name: str
    public_key: bytes
    expires_on: date
    proposed_by: str
    state: ListState = ListState.PROPOSED
    confirmed_by: str | None = None

    def trusted(self, day: date) -> bool:
        return self.state is ListState.ACTIVE and day <= self.expires_on


@dataclass(frozen=True)
class ListContent:
    """What an issuer signed."""

    name: str
    issuer: str
    category: Category
    issued_on: date
    expires_on: date
    urls: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True)
class VettedList:
    """A list as it is kept: the signed bytes themselves, so that the signature is checked at every use."""

    name: str
    issuer: str
    expires_on: date
    document: bytes
    signature: bytes
    proposed_by: str
    state: ListState = ListState.PROPOSED
    confirmed_by: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the signed bytes, hex."""
        return hashlib.sha256(self.document).hexdigest()

    def holds(self, day: date) -> bool:
        return self.state is ListState.ACTIVE and day <= self.expires_on


def read(document: bytes) -> ListContent:
    """What a list says. Raises InputError for a malformed one, RefusedError for one that no system may use."""
    if len(document) > MOST_BYTES:
        raise InputError(f"the list has {len(document)} bytes, the most is {MOST_BYTES}: split it")
    try:
        data = json.loads(document.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"the list is no JSON document in UTF-8: {error}") from error
    if not isinstance(data, dict) or set(data) != _KEYS or data["format"] != FORMAT:
        raise InputError(
            f"a list is a JSON object of format {FORMAT} with the keys {', '.join(sorted(_KEYS))}"
        )
    content = ListContent(
        name=_word(data, "name"),
        issuer=_word(data, "issuer"),
        category=_category(data["category"]),
        issued_on=_day(data, "issued_on"),
        expires_on=_day(data, "expires_on"),
        urls=_strings(data, "urls"),
        terms=_strings(data, "terms"),
    )
    if not 0 < len(content.urls) + len(content.terms) <= MOST_ENTRIES:
        raise InputError(f"a list has 1 to {MOST_ENTRIES} entries")
    if not timedelta(0) < content.expires_on - content.issued_on <= LONGEST_LIFE:
        raise RefusedError(f"a list expires after it was issued and within {LONGEST_LIFE.days} days")
    for url in content.urls:
        _check_url(url)
    for term in content.terms:
        check_term(term)
    return content


def _word(data: dict[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str):
        raise InputError(f"`{key}` of a list is a string")
    return checked_name(value)


def checked_name(name: str) -> str:
    """Raises InputError unless `name` can stand in a command and in the audit log."""
    if not name.isascii() or not name.replace("-", "").replace(".", "").isalnum() or len(name) > 60:
        raise InputError(
            "a list or an issuer is named with latin letters, digits, dots and dashes, 60 at most"
        )
    return name


def _category(value: Any) -> Category:
    if not isinstance(value, str) or value not in {category.value for category in TESTIMONY_ONLY}:
        raise RefusedError(
            f"lists are taken for {' and '.join(sorted(TESTIMONY_ONLY))} alone: the model learns all the others"
        )
    return Category(value)


def _day(data: dict[str, Any], key: str) -> date:
    try:
        return date.fromisoformat(data[key])
    except (TypeError, ValueError) as error:
        raise InputError(f"`{key}` of a list is a day like 2026-11-22") from error


def _strings(data: dict[str, Any], key: str) -> tuple[str, ...]:
    values = data[key]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InputError(f"`{key}` of a list is a list of strings")
    return tuple(dict.fromkeys(values))


def _check_url(url: str) -> None:
    why = refusal(urldefrag(url).url, SourceKind.IMPORT)
    if why is not None:
        raise RefusedError(f"{_shown(url)}: {why.partition(':')[0]}")
    if not urlsplit(url).path.strip("/"):
        raise RefusedError(f"{_shown(url)} names a whole host: a list names posts, by their full path")


def check_term(term: str) -> None:
    """Raises RefusedError for a term that cannot tell a text from others."""
    if sum(char.isalpha() for char in term) < SHORTEST_TERM:
        raise RefusedError(f"{_shown(term)} is too short: a term has at least {SHORTEST_TERM} letters")
    if len(term) > LONGEST_TERM:
        raise RefusedError(f"{_shown(term)} is too long: a term has at most {LONGEST_TERM} characters")


def check_frequency(found: dict[str, int], texts: int) -> None:
    """`found`: in how many of `texts` harmless texts each term occurs. Raises InputError where too few were
    tried, RefusedError naming a term that occurs in more than one of HARMLESS_TEXTS."""
    if texts < HARMLESS_TEXTS:
        raise InputError(
            f"terms are tried on at least {HARMLESS_TEXTS} harmless texts, there are {texts}: give a larger file"
        )
    for term, count in found.items():
        if count * HARMLESS_TEXTS > texts:
            raise RefusedError(
                f"{_shown(term)} occurs in {count} of {texts} harmless texts: at most one in {HARMLESS_TEXTS} may be"
            )


def _shown(entry: str) -> str:
    """Enough of an entry to find it, not enough to spread it: messages end in logs."""
    return f"the entry {entry[:12]!r}… (SHA-256 {hashlib.sha256(entry.encode()).hexdigest()[:8]})"


def address(url: str) -> str | None:
    """One spelling for addresses that lead to the same page; None for what is no web address."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip(".").casefold(), parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    where = host if port in (None, 80, 443) else f"{host}:{port}"
    rest = f"?{parts.query}" if parts.query else ""
    part = f"#{parts.fragment}" if parts.fragment else ""
    return f"{where}{unquote(parts.path).rstrip('/') or '/'}{rest}{part}"
