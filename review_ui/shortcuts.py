"""The desk's keys, and how somebody makes them their own. Digits (categories) and Enter (the chosen row) stay."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from lachan.domain.errors import InputError


class Shortcut(StrEnum):
    """What a key does; its words are in `labels.json`."""

    HELP = "help"
    HOME = "home"
    NEXT = "next"
    DOWN = "down"
    UP = "up"
    CLAIM = "claim"
    TEXT = "text"
    QUICK = "quick"
    DECIDE = "decide"
    UNDO = "undo"


DEFAULT: Final[Mapping[Shortcut, str]] = {
    Shortcut.HELP: "?",
    Shortcut.HOME: "g",
    Shortcut.NEXT: "n",
    Shortcut.DOWN: "j",
    Shortcut.UP: "k",
    Shortcut.CLAIM: "c",
    Shortcut.TEXT: "s",
    Shortcut.QUICK: "b",
    Shortcut.DECIDE: "d",
    Shortcut.UNDO: "u",
}


def keys_of(own: Mapping[str, str]) -> dict[Shortcut, str]:
    """Every shortcut with its key: one's own where there is one. What a newer or older release kept is passed over."""
    return {act: own.get(act.value, key) for act, key in DEFAULT.items()}


def own_keys(given: Mapping[Shortcut, str]) -> dict[str, str]:
    """What has to be kept of these: all that is not as delivered.

    Raises InputError for what is no single key (letters without accents and signs: no Vietnamese way of typing
    swallows them; no digit, no blank), and for a key that would do two things.
    """
    taken: dict[str, Shortcut] = {}
    for act, key in given.items():
        if len(key) != 1 or not "!" <= key <= "~" or key.isdigit():
            raise InputError(f"a shortcut is one letter without accents, or one sign, and no digit: {key!r}")
        if key in taken:
            raise InputError(f"the key {key} would do two things: {taken[key].value} and {act.value}")
        taken[key] = act
    return {act.value: key for act, key in given.items() if key != DEFAULT[act]}
