"""Which places a text names: cue words, then the longest name, then what stands beside it.

    text -> words -> unit words and names ("huyện Nghĩa Hưng") or names and their cues ("ở Nghĩa Hưng")
         -> neighbours ("Nghĩa Thái, Nghĩa Hưng, Nam Định") -> Mention

It marks texts, never persons: a name behind a title, a family's name or a street's word is left alone. Many names are
many places (the ward Trần Phú): a mention then has them all, unless the text names what it lies in. Accents may be
left out, but none may be others. Pure; the gazetteer is read at first use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

from index.gazetteer import Gazetteer, Level, Name, Place, distinct, gazetteer
from index.place_cues import (
    COMPOUNDS,
    CUE_PAIRS,
    CUES,
    FAMILIES,
    GOODS,
    HOME_PAIRS,
    HOMES,
    JOINTS,
    LETTERS,
    OTHERS,
    PLAIN_CUES,
    PLAIN_HOMES,
    TIMES,
    TITLES,
    UNIT_FORMS,
    levels,
)
from index.place_words import GLUED, WORD, Word, joined, read
from index.vietnamese import fold

LONGEST: Final = 100_000  # code points that are read; posts are shorter


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` names one of `places`, the unit word included ("xã Nghĩa Hưng"). In code points."""

    start: int
    end: int
    places: tuple[Place, ...]

    @property
    def ambiguous(self) -> bool:
        """Whether the text does not say which of several it means."""
        return len(self.places) > 1


def mentions(text: str) -> tuple[Mention, ...]:
    """The places that `text` names, in order, without overlaps. Never raises."""
    text = text[:LONGEST]
    rewritten = joined(text)
    plain, offsets = rewritten or (text, [])
    found, spots = read(plain)
    if not spots:
        return ()
    told = _Reading(plain, found, gazetteer()).mentions(spots)
    if not offsets:
        return told
    return tuple(Mention(offsets[each.start][0], offsets[each.end - 1][1], each.places) for each in told)


def _folded(pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((fold(one), fold(other)) for one, other in pairs)


_PLAIN_PAIRS, _PLAIN_HOME_PAIRS = _folded(CUE_PAIRS), _folded(HOME_PAIRS)
#: Everyday words without accents: "xa" is far, "Phuong" and "Huyen" are girls. They need a name of two words.
_MEANS_MORE: Final = frozenset(("xa", "phuong", "huyen", "quan", "tinh"))
_SHORT_IN_SMALL: Final = frozenset(("hn", "sg", "hcm", "bmt"))  # nothing else in small letters, behind a cue
_WITHIN_NAME: Final = re.compile(r"[ \xa0]{1,2}|\s?[-–]\s?")
_AFTER_UNIT: Final = re.compile(r"[ \xa0.:]{0,3}")
_BEFORE_LETTER: Final = frozenset(" \xa0\t\n,;:([/-–")
_AFTER_CUE: Final = re.compile(r"[ \xa0]*[:\"“‘'(\[#]?[ \xa0]*")
_SENTENCE_ENDS: Final = re.compile(r"[.!?…:\n\"“(\[\-–•*]")


class _Cue(IntEnum):
    NONE = 0
    PLACE = 1
    HOME = 2


@dataclass(slots=True)
class _Found:
    """A name that may be a place: words `first` to `last` (excluded). `all` it may mean, `places` it seems to mean.
    `sure`: it is one; `barred`: it is none; `leaning`: it is one if a place stands beside it."""

    first: int
    last: int
    all: tuple[Place, ...]
    places: tuple[Place, ...]
    sure: bool
    barred: bool = False
    leaning: bool = False

    @property
    def level(self) -> Level:
        return self.places[0].level


class _Reading:
    """One text, read once."""

    def __init__(self, text: str, found: Sequence[Word], known: Gazetteer) -> None:
        self._text = text
        self._known = known
        self._words = found
        self._spans = [match.span() for match in WORD.finditer(text)]

    def mentions(self, spots: Iterable[int]) -> tuple[Mention, ...]:
        """What is named at these words and those they lead to."""
        found = self._all(spots)
        if len(found) > 1:
            self._look_beside(found)
        kept = [each for each in found if each.sure and not each.barred]
        _settle(kept)
        spans = self._spans
        return tuple(Mention(spans[each.first][0], spans[each.last - 1][1], each.places) for each in kept)

    def _all(self, spots: Iterable[int]) -> list[_Found]:
        found, free = list[_Found](), 0
        for at in spots:
            if at < free:
                continue
            word = self._words[at]
            one = self._with_unit(at) if word.unit else None
            one = (
                one or (self._bare(at) if word.begins else None) or (self._short(at) if word.short else None)
            )
            if one is not None:
                found.append(one)
                free = one.last
        return found

    def _accented(self) -> bool:
        return sum(not word.plain for word in self._words) > 1

    def _gap(self, at: int) -> str:
        """What stands between word `at` and the one before; "." where there is none."""
        return self._text[self._spans[at - 1][1] : self._spans[at][0]] if 0 < at < len(self._words) else "."

    def _longest(self, at: int, fits: Callable[[Name], bool]) -> tuple[int, list[Name]]:
        """(where it ends, what is called so) of the longest fitting name that begins at word `at`; (at, []) for
        none."""
        known, text = self._known, self._words
        if at >= len(text):
            return at, []
        most = known.longest.get(text[at].folded, 0)
        last = at + 1
        while last < min(at + most, len(text)) and _WITHIN_NAME.fullmatch(self._gap(last)):
            last += 1
        for end in range(min(last, at + most), at, -1):
            run = text[at:end]
            names = known.names.get(" ".join([word.folded for word in run]))
            if names and (fitting := [name for name in names if spelled_so(run, name) and fits(name)]):
                return end, fitting
        return at, []

    # --- with the kind of the unit before it ------------------------------------------------------------
    def _with_unit(self, at: int) -> _Found | None:
        """ "huyện Nghĩa Hưng", "Q.1", "tp HCM"."""
        for form, kinds in UNIT_FORMS.get(self._words[at].lower, ()):
            last = at + len(form)
            if tuple(word.lower for word in self._words[at:last]) == form and _AFTER_UNIT.fullmatch(
                self._gap(last)
            ):
                return self._named(at, last, kinds)
        kinds = LETTERS.get(self._words[at].lower, ())
        if not kinds or at + 1 >= len(self._words):
            return None
        gap, letter, following = self._gap(at + 1), self._words[at], self._words[at + 1]
        short = "." in gap or (letter.capital and letter.lower in "qp")
        written = following.capital or (following.lower.isdigit() and letter.lower in "qp")
        if not (short and written and _AFTER_UNIT.fullmatch(gap)):
            return None
        if at and self._gap(at)[-1:] not in _BEFORE_LETTER:  # "l.ớ.p 8": letters of a word
            return None
        return self._named(at, at + 1, kinds)

    def _named(self, first: int, at: int, kinds: Sequence[str]) -> _Found | None:
        """The unit of one of `kinds`, or of their levels, whose name begins at word `at`."""
        unit, where = self._words[at - 1], levels(kinds)
        if at >= len(self._words):
            return None
        following = self._words[at]
        if not following.capital and (unit.lower, following.lower) in COMPOUNDS:
            return None
        more = unit.lower in _MEANS_MORE

        def fits(name: Name) -> bool:
            exactly = more or name.spelled[0].isdigit()
            return name.kind == kinds[0] or (
                not exactly and (name.kind in kinds or name.place.level in where)
            )

        last, names = self._longest(at, fits)
        if not names:
            meant = tuple(
                place for place in self._known.short.get(following.lower, ()) if place.level in where
            )
            return _Found(first, at + 1, meant, meant, sure=True) if meant else None
        if last == at + 1:
            if following.lower.isdigit():
                if last < len(self._words) and self._words[last].lower in TIMES:
                    return None
            elif more or not (following.capital or names[0].place.level < Level.COMMUNE):
                return None
        kind = next((kind for kind in kinds if any(name.kind == kind for name in names)), "")
        places = distinct(name for name in names if name.kind == kind or not kind)
        barred = first > 0 and (self._words[first - 1].lower, unit.lower) == ("tác", "xã")
        return _Found(first, last, places, places, sure=True, barred=barred)

    # --- by its name alone ------------------------------------------------------------------------------
    def _bare(self, at: int) -> _Found | None:
        last, names = self._longest(at, lambda name: True)
        if not names or (
            self._words[at].lower in CUES and self._longest(at + 1, lambda name: True)[0] > last
        ):
            return None  # "Từ Sơn La": the cue word and the longer name, not the town Từ Sơn
        run, known = self._words[at:last], self._known
        key = " ".join(word.folded for word in run)
        meant = distinct(names)
        top = min(place.level for place in meant)
        places = tuple(place for place in meant if place.level is top)
        accented, capital, many = (
            any(not word.plain for word in run),
            all(word.capital for word in run),
            len(run) > 1,
        )
        known_so, weak, clear = key in known.known, key in known.weak, key in known.clear
        province = top <= Level.FORMER_PROVINCE
        cue = self._cue(at, plain=not accented)
        differs = any(not spelled.isascii() for spelled in names[0].spelled)
        if differs and not (accented or clear) and self._accented():
            sure = bool(cue) and province  # accents everywhere but here
        elif weak or not (many or accented or clear):
            sure = bool(cue) and (capital or (province and (accented or cue is _Cue.HOME)))
        elif province:
            sure = accented or capital or bool(cue) or clear
        elif known_so:
            sure = accented or capital or cue is _Cue.HOME or clear
        elif top is Level.FORMER_DISTRICT:
            sure = bool(cue) and (accented or capital or cue is _Cue.HOME)
            sure = sure or (accented and capital and key not in known.named and not self._opens(at))
        else:
            sure = cue is _Cue.HOME and capital and accented and run[0].exact not in FAMILIES
        barred = self._barred(at, last, firm=(province or known_so) and not weak, cue=cue)
        return _Found(at, last, meant, places, sure, barred, leaning=(accented or capital) and many)

    def _short(self, at: int) -> _Found | None:
        """ "ở HN", "q10"; only with a cue or beside a place."""
        word, cue = self._words[at], self._cue(at, plain=True)
        if glued := GLUED.fullmatch(word.lower):
            kind, number = LETTERS[glued[1]][0], str(int(glued[2]))
            places = distinct(each for each in self._known.names.get(number, ()) if each.kind == kind)
            sure = glued[1] == "q" and (bool(cue) or word.capital)
        else:
            places = self._known.short[word.lower]
            sure = cue is _Cue.HOME or (bool(cue) and (word.shouted or word.lower in _SHORT_IN_SMALL))
        if not places or not (sure or word.capital):
            return None
        return _Found(at, at + 1, places, places, sure, leaning=word.capital)

    def _cue(self, at: int, *, plain: bool) -> _Cue:
        """What the words before word `at` say of it; `plain`: cues may lack their accents."""
        if at == 0 or not _AFTER_CUE.fullmatch(self._gap(at)):
            return _Cue.NONE
        last = self._words[at - 1].lower
        pair = (self._words[at - 2].lower, last) if at > 1 else ("", last)
        if (
            last in HOMES
            or pair in HOME_PAIRS
            or (plain and (last in PLAIN_HOMES or pair in _PLAIN_HOME_PAIRS))
        ):
            return _Cue.HOME
        if last in CUES or pair in CUE_PAIRS or (plain and (last in PLAIN_CUES or pair in _PLAIN_PAIRS)):
            return _Cue.PLACE
        return _Cue.NONE

    def _barred(self, at: int, last: int, *, firm: bool, cue: _Cue) -> bool:
        """Whether what stands beside it makes it a person's, a street's or a dish's name. `firm`: hardly anything else
        is called so."""
        if not firm and last < len(self._words):
            after = self._words[last]
            if after.lower in ("ơi", "oi"):
                return True
            if after.capital and not after.shouted and self._gap(last) == " " and not self._begins(last):
                return True  # "Thái Nguyên Khôi": a part of a longer name
        if cue or at == 0 or not _AFTER_CUE.fullmatch(self._gap(at)):
            return False
        before = self._words[at - 1]
        if at > 1 and self._words[at - 2].lower == "ngã":  # a crossing
            return True
        if before.lower in OTHERS or before.lower in TITLES or before.lower in GOODS:
            return True
        if at > 1 and self._words[at - 2].lower in GOODS and self._gap(at - 1) == " ":
            return True
        if not (before.capital and self._words[at].capital) or before.shouted:
            return False
        if before.lower in FAMILIES:
            return True
        return not firm and not self._opens(at - 1)

    def _opens(self, at: int) -> bool:
        """Whether a sentence begins at word `at`, so that its capital says nothing."""
        return at == 0 or _SENTENCE_ENDS.search(self._gap(at)) is not None

    def _begins(self, at: int) -> bool:
        """Whether a unit word or another name begins at word `at`."""
        lower = self._words[at].lower
        return (
            lower in UNIT_FORMS
            or lower in LETTERS
            or lower in self._known.short
            or bool(self._longest(at, lambda name: True)[1])
        )

    # --- by what stands beside it -----------------------------------------------------------------------
    def _look_beside(self, found: list[_Found]) -> None:
        for left, right in [*reversed(list(pairwise(found))), *pairwise(found)]:
            if left.barred or right.barred or not (left.sure or right.sure):
                continue
            between = self._between(left, right)
            if between is None:
                continue
            inside = [each for each in left.all if any(other.key in each.within for other in right.all)]
            if inside and (between or right.sure) and not between.isalpha():
                left.places = left.all = tuple(inside)
                around = [each for each in right.all if any(each.key in other.within for other in inside)]
                right.places = right.all = tuple(around)
                left.sure = right.sure = True
            elif between:
                left.sure = left.sure or (left.leaning and left.level < Level.COMMUNE)
                right.sure = right.sure or (right.leaning and right.level < Level.COMMUNE)

    def _between(self, left: _Found, right: _Found) -> str | None:
        """ "" for nothing, a sign or word that joins two places, or None for anything else."""
        text = self._text[self._spans[left.last - 1][1] : self._spans[right.first][0]]
        sign = text.strip()
        if "\n" in text or len(text) > 6 or (sign and sign.lower() not in JOINTS):
            return None
        return sign.lower()


def spelled_so(run: Sequence[Word], name: Name) -> bool:
    """Whether the words are the name's, with all of its accents or none; the same letters are known of."""
    return all(word.exact == spelled for word, spelled in zip(run, name.spelled, strict=True)) or all(
        word.plain for word in run
    )


def _settle(kept: Sequence[_Found]) -> None:
    """An ambiguous mention means what lies in another place of the text, if anything does."""
    named = {
        key for each in kept if len(each.places) == 1 for key in (each.places[0].key, *each.places[0].within)
    }
    for each in kept:
        if len(each.places) > 1:
            inside = tuple(place for place in each.places if not named.isdisjoint(place.within))
            each.places = inside or each.places
