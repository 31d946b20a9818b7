"""Two languages: Vietnamese is the source, English comes from the catalogues in `locale/`.

en/LC_MESSAGES/desk.po   sentences of templates and of code (`_("…")`)
labels.json              one name (and hint) per enum member, both languages
reasons.json             one sentence per rule code of the judge
refusals.json            one sentence per message of domain errors
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel.messages.pofile import read_po

from lachan.domain.errors import (
    ConflictError,
    InputError,
    KeyDestroyed,
    LachanError,
    NotFound,
    PermissionDenied,
    SecondPersonNeeded,
    Stopped,
    TransitionError,
)

LANGUAGES: Final = ("vi", "en")
_LOCALE: Final = files("review_ui").joinpath("locale")


def _data(name: str) -> Any:
    return json.loads(_LOCALE.joinpath(name).read_text(encoding="utf-8"))


@cache
def english() -> Mapping[str, str]:
    """Vietnamese sentence -> English sentence."""
    with _LOCALE.joinpath("en", "LC_MESSAGES", "desk.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


@cache
def _refusals() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """Patterns in which `{}` stands for any words; the most specific first."""
    rows = sorted(_data("refusals.json")["messages"].items(), key=lambda row: -len(row[0]))
    return [
        (re.compile("(.+?)".join(map(re.escape, text.split("{}"))) + r"\Z", re.DOTALL), said)
        for text, said in rows
    ]


def known_refusal(message: str) -> bool:
    """Whether this message of a domain error has a sentence of its own."""
    return any(pattern.match(message) for pattern, _ in _refusals())


#: The most specific class first; `refusals.json` has a general sentence for each name.
_KINDS: Final = (
    SecondPersonNeeded,
    PermissionDenied,
    TransitionError,
    ConflictError,
    NotFound,
    KeyDestroyed,
    Stopped,
    InputError,
    LachanError,
)


@dataclass(frozen=True)
class Language:
    """What is said in one language. Never raises for what it does not know: it shows the code."""

    code: str

    def say(self, sentence: str) -> str:
        """The Vietnamese `sentence` in this language."""
        return sentence if self.code == "vi" else english().get(sentence, sentence)

    def label(self, member: StrEnum, form: str | None = None) -> str:
        """The name of an enum member; `form` asks for another text of it (`hint`)."""
        entry = labels().get(_key(type(member).__name__), {}).get(member.value, {})
        text = entry.get(f"{self.code}_{form}" if form else self.code)
        return str(text) if text else ("" if form else member.value)

    def action(self, code: str) -> str:
        """An audit action (`case:claim`) in words."""
        entry = labels()["action"].get(code, {})
        return str(entry.get(self.code, code))

    def fetch_word(self, word: str) -> str:
        """Why pages could not be read (`timeout`, `http_503`), or a source rests, in words."""
        known = labels()["fetch_word"]
        for shape, of in (("http_", "http"), ("api_http_", "api"), ("api_code_", "api")):
            if word.startswith(shape):
                return known[of][self.code].format(word.removeprefix(shape))
        return known.get(word, {}).get(self.code, word)

    def reason(self, code: str) -> str:
        """A rule of the judge in words; unknown codes are shown as they are, said to be signs."""
        known = reasons().get(code)
        if known is None and ":" in code:
            known = reasons().get(code.split(":", 1)[0])
        sign = self.say("Dấu hiệu")
        return known[self.code] if known else f"{sign}: {code}"

    def refusal(self, error: LachanError) -> str:
        """What a domain error says to a person: its own sentence, else the general one of its class."""
        message = str(error)
        for pattern, said in _refusals():
            found = pattern.match(message)
            if found:
                return said[self.code].format(*(self._word(word) for word in found.groups()))
        general = _data("refusals.json")["kinds"]
        kind = next(kind for kind in _KINDS if isinstance(error, kind))
        return f"{general[kind.__name__][self.code]} ({message})"

    def _word(self, word: str) -> str:
        """A state or measure inside a message, by its label; other words stay."""
        for group in (
            "CaseState",
            "NoticeState",
            "ReferralState",
            "AppealState",
            "Measure",
            "Role",
            "SourceState",
            "Shortcut",
        ):
            entry = labels().get(_key(group), {}).get(word)
            if entry:
                return f"“{entry[self.code]}”"
        return word


@cache
def labels() -> dict[str, dict[str, dict[str, str]]]:
    """group (snake case of the enum's name) -> value -> `vi`, `en`, perhaps `vi_hint`, `en_hint`."""
    data: dict[str, dict[str, dict[str, str]]] = _data("labels.json")
    return data


@cache
def reasons() -> dict[str, dict[str, str]]:
    """Rule code of the judge -> `vi`, `en`."""
    data: dict[str, dict[str, str]] = _data("reasons.json")
    return data


def _key(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
