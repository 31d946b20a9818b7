from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.evidence import Code, dangers_of, find
from classifiers.normalise import normalise_text
from lachan.domain.routing import ALL_PARTS
from lachan.domain.taxonomy import AgeBand, Category, Context


def _minor(text: str) -> bool:
    return bool(find(normalise_text(text)).minors)


@pytest.mark.parametrize(
    "text",
    [
        "mấy bạn lớp 8 ơi",
        "khoi 11 truong minh",
        "hs c3 nè",
        "em 15 tuổi",
        "con bé chừng 12t",
        "nữ 16 17 tuổi",
        "sinh năm 2012",
        "ae 2k9",
        "gái mười lăm mười sáu là gả được",
        "chưa đủ 18 cũng nhận",
        "con tôi bị bạn đánh",
        "nhà có bé gái mới sinh",
        "đứa lớn nhất mười bảy",
        "các cháu ở xóm",
        "l.ớ.p 9A2",
        "em nào đủ 16 lấy chồng xa không",
        "tiệm chị cần 2 bé 13-14 học việc",
        "nuôi đứa giúp việc chừng mười lăm mười sáu",
        "trẻ mưoi ba, mười bốn kéo lưới đêm",
        "nhóm của cac bé gai tieu học",
        "d@ng c@n h.s, có ho@ đ0n",
        "em nào dưoi 18 cung đưoc",
        "l ớ p  7 chiều nay",
        "mười lăm đến mười bảy đều được",
        "nó mười ba, và nó hỏi ai nuôi con mèo",
        "E 1.7, chưa có bằng",
        "Mười hai A với mười hai D",
        "tụi 2011 nhà mình",
        "răng sữa mới rụng",
        "trẻ chăn bò đầu làng",
    ],
)
def test_a_sign_of_a_minor_is_seen(text: str) -> None:
    assert _minor(text)


@pytest.mark.parametrize(
    "text",
    [
        "bạn gái 25 tuổi của tôi",
        "sinh viên năm hai đại học",
        "tuyển nhân viên từ 20 tuổi",
        "iphone 12 pro giá 8 triệu",
        "bé mèo nhà mình ngủ suốt",
        "sinh năm 1990",
        "mai 8h họp",
        "công nhân xưởng may 30 tuổi",
        "chừng 15 16 người tới dự",
        "đưa con mèo đi tiêm",
        "muời cái bánh, sau này mua tiếp",
        "mười lăm, mười sáu người tới dự",
        "mười ba đến mười bốn điểm là đậu",
        "tụi 1998 hẹn nhau họp lớp đại học",
        "giảm 1.7, còn 1.5 điểm",
        "mười anh em thợ hồ",
    ],
)
def test_adults_and_things_are_no_minors(text: str) -> None:
    assert not _minor(text)


def test_reasons_point_at_the_words() -> None:
    text = normalise_text("bạn nào lớp 9 ơi")
    reason = next(r for r in find(text).minors if r.code == Code.MINOR_GRADE)
    assert text[reason.start : reason.end] == "lớp 9"


WHOLE = {
    "minors": "học sinh lớp 9",
    "purpose": "hỗn chiến",
    "call": "ai có mặt báo danh",
    "target": "8 giờ tối nay sau cầu",
}
RACE = {**WHOLE, "purpose": "đua xe"}


@pytest.mark.parametrize(
    ("parts", "category"),
    [(WHOLE, Category.YOUTH_VIOLENCE_CALL), (RACE, Category.YOUTH_RACING_CALL)],
)
def test_a_call_has_four_parts_and_each_is_needed(parts: dict[str, str], category: Category) -> None:
    whole = find(normalise_text(", ".join(parts.values())))
    assert whole.evidence.call_parts[category] == ALL_PARTS
    for missing in parts:
        rest = find(normalise_text(", ".join(words for part, words in parts.items() if part != missing)))
        assert missing not in rest.evidence.call_parts[category], missing


@pytest.mark.parametrize(
    "peaceful", ["vớt rác", "đấu cờ vua", "tập múa lân", "chơi liên quân", "thắp nến", "giao hữu bóng đá"]
)
@pytest.mark.parametrize("parts", [WHOLE, RACE])
def test_who_names_a_game_a_show_or_a_helping_hand_calls_to_no_violence(
    parts: dict[str, str], peaceful: str
) -> None:
    found = find(normalise_text(", ".join([*parts.values(), peaceful])))
    assert all("purpose" not in there for there in found.evidence.call_parts.values())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("k11 với k12", "k11"),
        ("em l8 nè", "l8"),
        ("em nào < 18", "< 18"),
        ("tôi 17, chú tôi", "tôi 17"),
        ("cháu mười sáu.", "cháu mười sáu"),
        ("cần mấy bạn nữ 15-17", "bạn nữ 15-17"),
        ("em nào mười sáu, mười bảy", "em nào mười sáu, mười bảy"),
    ],
)
def test_ages_and_classes_as_people_shorten_them(text: str, words: str) -> None:
    found = find(text).minors
    assert words in {text[reason.start : reason.end] for reason in found}


@pytest.mark.parametrize("text", ["giá 10k", "nhóm 12 15 người", "k 12 giờ", "6k một ly", "bộ nhớ k8 gb"])
def test_prices_and_counts_are_no_ages(text: str) -> None:
    assert not find(text).minors


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("em lớp 6", AgeBand.CHILD_U16),
        ("em lớp 11", AgeBand.MINOR_U18),
        ("con 12 tuổi", AgeBand.CHILD_U16),
        ("em 16 tuổi", AgeBand.MINOR_U18),
        ("bé gái mới sinh", AgeBand.CHILD_U16),
        ("học sinh trường mình", AgeBand.MINOR_U18),
        ("hôm nay trời đẹp", AgeBand.AGE_UNKNOWN),
    ],
)
def test_the_age_band_follows_the_words(text: str, age: AgeBand) -> None:
    assert find(normalise_text(text)).age is age


def test_being_alone_with_an_abuser_is_no_danger_in_an_advert() -> None:
    dangers = find(normalise_text("em bị nhốt trong phòng khóa")).dangers
    assert {reason.code for reason in dangers_of(dangers, Context.VICTIM)} == {Code.URGENT_ALONE}
    assert dangers_of(dangers, Context.PROMOTING) == ()


def test_a_wish_to_die_is_a_danger() -> None:
    dangers = find(normalise_text("em không muốn sống nữa")).dangers
    assert Code.URGENT_WISH_TO_DIE in {reason.code for reason in dangers}


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_rules_never_raise_and_point_inside(text: str) -> None:
    normal = normalise_text(text)
    found = find(normal)
    for reason in (*found.minors, *found.dangers):
        assert reason.start is not None and reason.end is not None
        assert 0 <= reason.start < reason.end <= len(normal)
