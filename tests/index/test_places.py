"""Which places a text names: measured on labelled posts, and what must hold for any text."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.ast import Is, Or
from index.gazetteer import Level, gazetteer
from index.place_book import GazetteerBook
from index.places import mentions
from index.query import parse_plainly as parse
from index.vietnamese import fold
from lachan.domain.errors import QueryError
from lachan.domain.place import UNMARKED, found_under
from tests.index.place_posts import posts, score

POSTS = tuple(posts())
PRECISION, RECALL = 0.95, 0.85
NAMES = sorted({place.name for place in gazetteer().places.values()})
WORDS = st.sampled_from(
    [
        *NAMES,
        "ở",
        "tại",
        "xã",
        "phường",
        "huyện",
        "tỉnh",
        "tp.",
        "q.",
        "P.",
        "chị",
        "Nguyễn",
        "và",
        ",",
        "-",
        "\n",
        "HN",
    ]
)


def told(text: str) -> list[str]:
    return [text[mention.start : mention.end] for mention in mentions(text)]


def keys(text: str) -> tuple[str, ...]:
    """What the text is found under."""
    book = GazetteerBook()
    return found_under([each.units for each in book.mentions(text)], UNMARKED, book.found_as)


def only(text: str) -> str:
    """The key of the one place of the one mention."""
    (mention,) = mentions(text)
    (place,) = mention.places
    return place.key


@pytest.mark.parametrize("held_out", [False, True], ids=["in view", "held out"])
def test_labelled_posts(held_out: bool) -> None:
    found = score(post for post in POSTS if post.held_out is held_out)
    assert found.labelled >= 150
    assert found.precision >= PRECISION, found.row()
    assert found.recall >= RECALL, found.row()


def test_the_set_is_large_and_has_what_is_no_place() -> None:
    assert sum(len(post.labels) for post in POSTS) >= 400
    assert sum(not post.labels for post in POSTS) >= 100
    assert len({post.text for post in POSTS}) == len(POSTS)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ở huyện Nghĩa Hưng", "Huyện Nghĩa Hưng cũ, Nam Định"),
        ("xã Nghĩa Hưng, Ninh Bình", ""),
        ("o huyen nghia hung", "Huyện Nghĩa Hưng cũ, Nam Định"),
        ("TP Nam Định", "Thành phố Nam Định cũ, Nam Định"),
        ("tỉnh Nam Định", "Tỉnh Nam Định cũ"),
        ("phường Nam Định", "Phường Nam Định, Ninh Bình"),
        ("em ở q.1 nè", "Quận 1 cũ, Hồ Chí Minh"),
        ("ở TP.HCM", "Thành phố Hồ Chí Minh"),
        ("em ở hn ạ", "Thành phố Hà Nội"),
        ("về Đăk Lăk", "Tỉnh Đắk Lắk"),
        ("ở Qui Nhơn", "Thành phố Quy Nhơn cũ, Bình Định"),
        ("ở Khánh Hoà", "Tỉnh Khánh Hòa"),
        ("đặc khu Phú Quốc", "Đặc khu Phú Quốc, An Giang"),
    ],
)
def test_a_place_by_its_name(text: str, key: str) -> None:
    if key:
        assert only(text) == key
    else:
        assert [place.key for place in mentions(text)[0].places] == ["Xã Nghĩa Hưng, Ninh Bình"]


@pytest.mark.parametrize(
    "text",
    [
        "chị Hà Giang", "bạn Bình Dương học giỏi", "Nguyễn Thị Ninh Bình", "Thái Hà ơi", "Thái Nguyên Khôi học lớp 5",
        "đường Trường Sa", "ngã tư Vũng Tàu", "bún bò Huế", "bia Sài Gòn", "đội Nam Định thắng", "xã hội an toàn",
        "tỉnh táo lên", "hợp tác xã Tân Tiến", "hai phong ben canh", "l.ớ.p 8 l.ớ.p 9", "bắn xa 6 mét", "phuong anh oi",
        "toàn phường 19 giờ họp", "vì hòa bình", "đánh ba vì ba giành kem", "mong cái tên", "q1 học kỳ này", "[trường]",
    ],
)  # fmt: skip
def test_what_is_no_place(text: str) -> None:
    assert told(text) == []


def test_a_former_commune_is_found_under_those_of_today() -> None:
    (first, _, _) = mentions("thị trấn Liễu Đề, huyện Nghĩa Hưng, Nam Định")
    assert first.places[0].found_as == (
        "Xã Nghĩa Hưng, Ninh Bình",
        "Huyện Nghĩa Hưng cũ, Nam Định",
        "Tỉnh Nam Định cũ",
        "Tỉnh Ninh Bình",
    )


def test_what_the_text_leaves_open_is_open() -> None:
    (mention,) = mentions("ở phường Trần Phú có lớp vẽ")
    assert mention.ambiguous and len(mention.places) > 5
    assert keys("ở phường Trần Phú có lớp vẽ") == ()
    (_, two) = mentions("ở Hà Giang, phường Trần Phú có lớp vẽ")
    assert not two.ambiguous and two.places[0].within[-1] == "Tỉnh Tuyên Quang"
    assert keys("ở Hà Giang") == ("Tỉnh Hà Giang cũ", "Tỉnh Tuyên Quang")


def test_a_list_and_an_address_carry_their_parts() -> None:
    assert told("quán ở Nghĩa Thái, Nghĩa Hưng, Nam Định") == ["Nghĩa Thái", "Nghĩa Hưng", "Nam Định"]
    assert told("ship SG, HN và ĐN") == ["SG", "HN", "ĐN"]
    assert told("P.12, Q.Gò Vấp, TP.HCM") == ["P.12", "Q.Gò Vấp", "TP.HCM"]


def test_offsets_are_those_of_the_given_text() -> None:
    text = unicodedata.normalize("NFD", "mình ở Quảng Ninh, \u200bxã Đồng\u200b Rui nhé")
    assert [unicodedata.normalize("NFC", each).replace("\u200b", "") for each in told(text)] == [
        "Quảng Ninh",
        "xã Đồng Rui",
    ]


def test_every_unit_of_today_is_found_by_kind_with_and_without_accents() -> None:
    """Without accents a name of one word is left alone: "xa xa", "phuong lang"."""
    for place in gazetteer().places.values():
        if place.level > Level.FORMER_DISTRICT and place.level is not Level.COMMUNE:
            continue
        name = f"{place.kind} {place.name}"
        for text in (f"ở {name}", f"o {fold(name.lower())}"):
            if text[0] == "o" and " " not in place.name:
                continue
            keys = {each.key for mention in mentions(text) for each in mention.places}
            assert place.key in keys, text


@given(st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=25).map(" ".join))
@settings(deadline=None, max_examples=300)
def test_any_text_is_read(text: str) -> None:
    found = mentions(text)
    assert all(0 <= each.start < each.end <= len(text) and each.places for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert mentions(text) == found
    assert set(keys(text)) <= set(gazetteer().places)


@given(
    st.sampled_from([name for name in NAMES if name[0].isalpha()]),
    st.sampled_from(["chị", "anh", "cô", "Nguyễn Văn", "Trần Thị", "em", "tên"]),
)
@settings(deadline=None, max_examples=300)
def test_a_name_behind_a_title_or_a_family_is_a_person(name: str, title: str) -> None:
    assert told(f"{title} {name} đi chợ") == []


def test_a_query_takes_names_and_keys() -> None:
    one, other = Is("place", "Xã Nghĩa Hưng, Ninh Bình"), Is("place", "Huyện Nghĩa Hưng cũ, Nam Định")
    both = parse('place:"nghia hung"')
    assert isinstance(both, Or) and set(both.parts) == {one, other}
    assert parse('place:"huyện Nghĩa Hưng"') == parse('place:"Huyện Nghĩa Hưng cũ, Nam Định"') == other
    assert parse("place:xa-a") == Is("place", "xa-a")
    with pytest.raises(QueryError):
        parse('place:" "')
