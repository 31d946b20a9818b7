"""The administrative units and what people call them."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest

from index.gazetteer import KINDS, Level, canonical, gazetteer, split_kind
from index.vietnamese import fold, words


def test_the_numbers_are_those_of_the_reform() -> None:
    """34 provinces and 3,321 communes since 1 July 2025; 63 provinces and 696 districts before."""
    levels = Counter(place.level for place in gazetteer().places.values())
    assert levels[Level.PROVINCE] == 34
    assert levels[Level.COMMUNE] == 3321
    assert levels[Level.FORMER_DISTRICT] == 696
    assert levels[Level.FORMER_PROVINCE] == 29  # of the 63, those whose name went
    assert levels[Level.FORMER_COMMUNE] == 10035


def test_every_place_lies_in_places_and_is_found_as_places() -> None:
    places = gazetteer().places
    for place in places.values():
        assert place.kind in KINDS and place.name
        assert all(key in places for key in (*place.within, *place.found_as))
        assert place.found_as and (place.level is Level.FORMER_COMMUNE or place.found_as[0] == place.key)
        assert all(places[key].level is not Level.FORMER_COMMUNE for key in place.found_as)
        assert len(place.key) <= 80  # what the desk takes as a choice


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("Tỉnh Nam Định cũ", "Tỉnh Ninh Bình"),
        ("Tỉnh Hà Nam cũ", "Tỉnh Ninh Bình"),
        ("Tỉnh Thái Bình cũ", "Tỉnh Hưng Yên"),
        ("Tỉnh Bình Dương cũ", "Thành phố Hồ Chí Minh"),
        ("Tỉnh Quảng Nam cũ", "Thành phố Đà Nẵng"),
        ("Tỉnh Hải Dương cũ", "Thành phố Hải Phòng"),
    ],
)
def test_provinces_that_were_joined(former: str, today: str) -> None:
    assert gazetteer().places[former].within == (today,)


def test_the_communes_of_two_former_districts() -> None:
    def communes(district: str) -> set[str]:
        return {
            p.name for p in gazetteer().places.values() if p.level is Level.COMMUNE and district in p.within
        }

    assert communes("Huyện Nghĩa Hưng cũ, Nam Định") == {
        "Nghĩa Hưng", "Rạng Đông", "Đồng Thịnh", "Nghĩa Sơn", "Hồng Phong", "Quỹ Nhất", "Nghĩa Lâm",
    }  # fmt: skip
    assert communes("Thành phố Nam Định cũ, Nam Định") == {
        "Nam Định", "Thiên Trường", "Đông A", "Thành Nam", "Mỹ Lộc", "Trường Thi", "Vị Khê", "Hồng Quang",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["huyện Nghĩa Hưng", "huyen nghia hung", "HUYỆN NGHĨA HƯNG", "Huyện Nghĩa Hưng cũ, Nam Định"]
)
def test_a_place_is_called_by_its_name(name: str) -> None:
    assert [place.key for place in gazetteer().called(name)] == ["Huyện Nghĩa Hưng cũ, Nam Định"]


def test_names_that_people_use() -> None:
    called = gazetteer().called
    assert "Thành phố Hồ Chí Minh" in {place.key for place in called("Sài Gòn")}
    assert [place.key for place in called("tp nam định")] == ["Thành phố Nam Định cũ, Nam Định"]
    assert len(called("Tân Tiến")) > 10
    assert called("nhà cũ") == called("") == called("xa-a") == ()


def test_what_is_asked_for_by_name() -> None:
    """The largest unit of the name and what is called so in it; no namesakes elsewhere."""
    keys = gazetteer().keys
    assert set(keys("nghia hung")) == {"Huyện Nghĩa Hưng cũ, Nam Định", "Xã Nghĩa Hưng, Ninh Bình"}
    assert keys("Ninh Bình") == ("Tỉnh Ninh Bình",) and keys("SG") == ("Thành phố Hồ Chí Minh",)
    assert keys("thị trấn Liễu Đề") == ("Xã Nghĩa Hưng, Ninh Bình",)
    assert keys("xa-a") == ()


def test_spellings_of_one_name() -> None:
    assert canonical("mỹ") == canonical("mĩ") and canonical("quy") == canonical("qui")
    assert canonical("đăk") == "đắk" and canonical("tây") == "tây" and canonical("ý") == "ý"
    assert split_kind("xa nghia hung") == ("Xã", "nghia hung") and split_kind("Nghĩa Hưng") == (
        "",
        "Nghĩa Hưng",
    )


def test_the_hand_kept_names_are_of_units() -> None:
    """A line for a name that is no unit's would do nothing."""
    known = gazetteer()
    for line in (files("index") / "place_names.tsv").read_text("utf-8").splitlines():
        if line[:1] in ("k", "c", "w", "n"):
            name = line.split("\t")[1]
            assert " ".join(fold_of(name)) in known.names, name


def fold_of(name: str) -> list[str]:
    return [fold(canonical(word)) for word in words(name)]
