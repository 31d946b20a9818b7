from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lachan.domain.errors import InputError, PermissionDenied
from lachan.pipeline.rising import Rising, rising
from tests.world import WHY, World, warning

USUAL = ["bán bánh ở cổng chợ", "bán rau ở cổng chợ", "bán cá ở cổng chợ"]


def test_what_is_new_rises_and_what_is_usual_does_not() -> None:
    week = [*USUAL * 3, *[f"bán kẹo khói ở chợ {number}" for number in range(6)]]
    told = rising(week, USUAL * 20)
    assert ("kẹo khói", 6, 0.0) in {(each.term, each.count, each.expected) for each in told}
    assert not {"bán", "cổng chợ", "kẹo", "khói"} & {each.term for each in told}


def test_fewer_than_five_are_never_told() -> None:
    assert rising(["kẹo khói"] * 4, USUAL * 20) == []
    assert rising(["kẹo khói"] * 5, USUAL * 20) != []
    assert rising([], []) == []


def test_spellings_are_one_term_told_in_the_commonest() -> None:
    (each,) = [t for t in rising(["mua kẹo khói"] * 2 + ["mua keo khoi"] * 4, USUAL * 9) if "khoi" in t.term]
    assert (each.term, each.count) == ("keo khoi", 6)


def test_names_masks_and_the_ends_of_sentences_are_left_out() -> None:
    told = {each.term for each in rising(["hôm qua Lan Chi đi chợ. mua [tên] kẹo"] * 9, [])}
    assert not {"lan", "chi", "lan chi", "tên", "mua kẹo", "chợ mua"} & told
    assert "hôm qua" in told


@pytest.mark.parametrize("name", ["thằng tuấn", "bạn mỹ linh", "be na", "cô hạnh"])
def test_who_is_meant_is_no_word_even_in_small_letters(name: str) -> None:
    told = {each.term for each in rising([f"cả lớp ghét {name} kinh khủng"] * 9, [])}
    person, first = name.split()[:2]
    assert not {first, name, f"{person} {first}"} & told
    assert "kinh khủng" in told


def test_cases_that_name_a_child_are_not_counted(world: World) -> None:
    for number in range(5):
        text = (
            f"[drugs_to_minors child_privacy_bullying] tí nị là đồ ăn cắp, ai cũng biết {'abcde'[number] * 9}"
        )
        world.confirmed(text, replace(warning(), reason=f"{WHY} {number}"))
    assert Rising(world.database, world.clock).words(world.actor("analyst"), date(2026, 11, 16)) == []


def test_a_general_growth_is_no_rise() -> None:
    assert rising(USUAL * 30, USUAL * 3) == []


def test_counted_from_what_people_confirmed(world: World) -> None:
    for number in range(5):
        text = f"[drugs_to_minors] kẹo khói mới về số {'abcde'[number] * 9}, nhắn riêng nhé"
        world.confirmed(text, replace(warning(), reason=f"{WHY} {number}"))
    world.case_of("[drugs_to_minors] thứ chưa ai xem xét thì không được đếm ở đây")
    words = Rising(world.database, world.clock)
    monday = date(2026, 11, 16)
    told = {each.term: each.count for each in words.words(world.actor("analyst"), monday)}
    assert told["kẹo khói"] == 5
    assert "xem" not in told
    assert words.words(world.actor("analyst"), date(2026, 11, 9)) == []
    with pytest.raises(InputError):
        words.words(world.actor("analyst"), date(2026, 11, 17))
    with pytest.raises(PermissionDenied):
        words.words(world.actor("auditor"), monday)
