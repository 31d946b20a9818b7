"""The gazetteer as the publisher and the desk ask it."""

from __future__ import annotations

import unicodedata

import pytest

from index.gazetteer import gazetteer
from index.place_book import GazetteerBook

BOOK = GazetteerBook()
HUNG = "Xã Nghĩa Hưng, Ninh Bình"


def test_what_a_text_names() -> None:
    text = "ở phường Trần Phú, hẹn xã Nghĩa Hưng, Ninh Bình"
    first, second, third = BOOK.mentions(text)
    assert (first.words, len(first.units) > 1) == ("phường Trần Phú", True)
    assert (second.words, second.units) == ("xã Nghĩa Hưng", (HUNG,))
    assert third.units == ("Tỉnh Ninh Bình",)


def test_what_a_unit_is_called_and_found_under() -> None:
    assert HUNG in BOOK.called("nghia hung") and HUNG in BOOK.called("xã Nghĩa Hưng")
    assert BOOK.called("Huế")[0] == "Thành phố Huế", "larger ones first"
    assert BOOK.called("HN") == ("Thành phố Hà Nội",)
    assert BOOK.called("") == BOOK.called("chị Lan Anh nhà số 5") == ()
    assert BOOK.found_as(HUNG)[0] == HUNG and "Tỉnh Ninh Bình" in BOOK.found_as(HUNG)
    assert BOOK.found_as("ai đó") == ()


@pytest.mark.parametrize(
    "text", ["nghĩa hưng", "nghia hung", "NGHĨA HƯNG!", unicodedata.normalize("NFD", "Nghĩa Hưng")]
)
def test_a_name_stands_in_a_text_with_or_without_accents(text: str) -> None:
    assert HUNG in BOOK.standing(f"mai họp {text} nhé")


@pytest.mark.parametrize("text", ["nghịa hung", "nghĩa khí hưng", "nghĩahưng", "[trường] [điện thoại]", ""])
def test_what_is_not_the_name(text: str) -> None:
    assert HUNG not in BOOK.standing(text)


def test_short_forms_stand_too() -> None:
    assert "Thành phố Hà Nội" in BOOK.standing("ship hn")


def test_whatever_is_found_under_its_own_name_stands() -> None:
    """So an officer can add every unit that a text spells out."""
    for place in list(gazetteer().places.values())[::97]:
        assert place.key in BOOK.standing(f"mai {place.name.lower()} họp"), place.key
