from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select

from lachan.domain.case import KEEP_CONFIRMED
from lachan.domain.errors import InputError, PermissionDenied
from lachan.domain.small_cells import SMALLEST
from lachan.pipeline.rising import FEWEST_SOURCES, Rising, Thread, rising
from lachan.pipeline.snippet import fold
from lachan.store.tables import metadata
from tests.world import WHY, World, warning

USUAL = ["bán bánh ở cổng chợ", "bán rau ở cổng chợ", "bán cá ở cổng chợ"]
MONDAY = date(2026, 11, 16)


def apart(texts: Iterable[str], month: str = "2026-11") -> Iterator[tuple[Thread, str]]:
    """Each in a thread of its own, of two sources in turn."""
    for number, text in enumerate(texts):
        yield Thread(f"source{number % 2}", month, f"thread{number}"), text


def words(week: Iterable[str], before: Iterable[str] = ()) -> dict[str, int]:
    return {each.term: each.count for each in rising(apart(week), apart(before))}


def test_what_is_new_rises_and_what_is_usual_does_not() -> None:
    week = [*USUAL * 3, *[f"bán kẹo khói ở chợ {number}" for number in range(6)]]
    told = rising(apart(week), apart(USUAL * 20))
    assert ("kẹo khói", 6, 0.0) in {(each.term, each.count, each.expected) for each in told}
    assert not {"bán", "cổng chợ", "kẹo", "khói"} & {each.term for each in told}


def test_fewer_than_five_are_never_told() -> None:
    assert words(["kẹo khói"] * 4, USUAL * 20) == {}
    assert words(["kẹo khói"] * 5, USUAL * 20) == {"kẹo khói": 5}
    assert words([]) == {}


def test_what_one_thread_repeats_is_no_new_word() -> None:
    """A child's name in small letters, in fifty posts of one thread; the slang of several threads rises beside it."""
    one = Thread("source0", "2026-11", "a school's")
    gossip = [(one, f"cả trường biết tuấn lé rồi, số {'abcdefgh'[n % 8] * 5}") for n in range(50)]
    slang = apart([f"mua kẹo khói chỗ {letter * 5}" for letter in "mnopqr"])
    told = {each.term: each.count for each in rising([*gossip, *slang], apart(USUAL * 20))}
    assert told["kẹo khói"] == 6
    assert not [term for term in told if "tuấn" in term or "lé" in term]


def test_one_source_alone_makes_no_word() -> None:
    """Threads without end of one school's forum."""
    of_one = [(Thread("source0", "2026-11", f"thread{n}"), "tuấn lé kìa") for n in range(40)]
    assert rising(of_one, apart(USUAL * 20)) == []


def test_a_thread_read_in_two_months_counts_once() -> None:
    """Its key changes with the month."""
    texts = ["kẹo khói"] * 4
    assert rising([*apart(texts, "2026-10"), *apart(texts, "2026-11")], apart(USUAL * 20)) == []


def test_unknown_threads_of_a_source_are_one() -> None:
    texts = [(Thread(f"source{n % 4}", "2026-11", ""), "kẹo khói") for n in range(80)]
    assert rising(texts, apart(USUAL * 20)) == []
    assert rising([(Thread(f"source{n}", "2026-11", ""), "kẹo khói") for n in range(5)], []) != []


@given(
    st.lists(
        st.tuples(
            st.builds(
                Thread,
                st.sampled_from("AB"),
                st.sampled_from(["2026-10", "2026-11"]),
                st.sampled_from("abcdef"),
            ),
            st.lists(st.sampled_from(["kẹo", "keo", "khói", "mua", "xôi"]), min_size=1, max_size=4).map(
                " ".join
            ),
        ),
        max_size=40,
    )
)
def test_every_word_told_stands_in_five_threads_of_two_sources(week: list[tuple[Thread, str]]) -> None:
    """And not one repetition changes anything."""
    told = rising(week, [])
    for each in told:
        having = {thread for thread, text in week if f" {fold(each.term)} " in f" {fold(text)} "}
        assert len({thread.source for thread in having}) >= FEWEST_SOURCES
        assert SMALLEST <= each.count <= len({(thread.source, thread.key) for thread in having})
    assert rising(week * 3, []) == told


def test_spellings_are_one_term_told_in_the_commonest() -> None:
    """Commonest by threads: what one thread writes a hundred times is not."""
    week = [*apart(["mua kẹo khói"] * 2 + ["mua keo khoi"] * 4)]
    week += [(week[0][0], "mua kẻo khơi")] * 100
    (each,) = [t for t in rising(week, apart(USUAL * 9)) if "khoi" in t.term]
    assert (each.term, each.count) == ("keo khoi", 6)


def test_names_masks_and_the_ends_of_sentences_are_left_out() -> None:
    told = words(["hôm qua Lan Chi đi chợ. mua [tên] kẹo"] * 9).keys()
    assert not {"lan", "chi", "lan chi", "tên", "mua kẹo", "chợ mua"} & told
    assert "hôm qua" in told


def test_a_name_is_one_though_a_thread_repeats_it_in_small_letters() -> None:
    week = [*apart(["hôm qua thấy Tí đi chợ"] * 6)]
    week += [(week[0][0], "ghét tí kinh khủng")] * 60
    assert "tí" not in {each.term for each in rising(week, [])}


@pytest.mark.parametrize("name", ["thằng tuấn", "bạn mỹ linh", "be na", "cô hạnh"])
def test_who_is_meant_is_no_word_even_in_small_letters(name: str) -> None:
    told = words([f"cả lớp ghét {name} kinh khủng"] * 9).keys()
    person, first = name.split()[:2]
    assert not {first, name, f"{person} {first}"} & told
    assert "kinh khủng" in told


def test_cases_that_name_a_child_are_not_counted(world: World) -> None:
    world.another_source("lang")
    for number in range(6):
        text = f"[drugs_to_minors child_privacy_bullying] tí nị là đồ ăn cắp, ai cũng biết {'abcdef'[number] * 9}"
        world.confirmed(text, replace(warning(), reason=f"{WHY} {number}"), key=("town", "lang")[number % 2])
    assert Rising(world.database, world.clock).words(world.actor("analyst"), MONDAY) == []


def test_a_general_growth_is_no_rise() -> None:
    assert words(USUAL * 30, USUAL * 3) == {}


def _offers(world: World, count: int, **where: str) -> None:
    for number in range(count):
        text = f"[drugs_to_minors] kẹo khói mới về số {'abcdef'[number] * 9}, nhắn riêng nhé"
        key = where.get("key") or ("town", "lang")[number % 2]
        decision = replace(warning(), reason=f"{WHY} {number} {where}")
        world.confirmed(text, decision, thread=where.get("thread", ""), key=key)


def test_counted_from_what_people_confirmed(world: World) -> None:
    world.another_source("lang")
    _offers(world, 6)
    world.case_of("[drugs_to_minors] thứ chưa ai xem xét thì không được đếm ở đây")
    found = Rising(world.database, world.clock)
    told = {each.term: each.count for each in found.words(world.actor("analyst"), MONDAY)}
    assert told["kẹo khói"] == 6
    assert "xem" not in told
    assert found.words(world.actor("analyst"), date(2026, 11, 9)) == []
    with pytest.raises(InputError):
        found.words(world.actor("analyst"), date(2026, 11, 17))
    with pytest.raises(PermissionDenied):
        found.words(world.actor("auditor"), MONDAY)


def test_many_cases_of_one_thread_are_one(world: World) -> None:
    world.another_source("lang")
    _offers(world, 6, thread="mot-chu-de", key="town")
    _offers(world, 1, key="lang")
    assert Rising(world.database, world.clock).words(world.actor("analyst"), MONDAY) == []


def test_the_thread_is_sealed_with_the_text_and_goes_with_it(world: World) -> None:
    case = world.confirmed("[drugs_to_minors] kẹo khói mới về")
    with world.database.read() as unit:
        thread, text = unit.cases.standing([case])[case]
    assert len(thread) == 64 and "kẹo khói" in text
    assert thread not in _everything(world)
    world.clock.move(days=KEEP_CONFIRMED / timedelta(days=1) + 1)
    world.retain()
    with world.database.read() as unit:
        assert unit.cases.standing([case]) == {}


def _everything(world: World) -> str:
    """Every cell that the database holds of cases, as it is; the flood brake's day book aside."""
    engine = create_engine(world.url)
    tables = [table for table in metadata.sorted_tables if table.name != "flood_gates"]
    with engine.connect() as connection:
        rows = [row for table in tables for row in connection.execute(select(table))]
    engine.dispose()
    return repr(rows)


def test_a_protection_case_keeps_no_thread(world: World) -> None:
    case = world.case_of("[child_violence victim] mình mệt lắm")
    with world.database.read() as unit:
        assert unit.cases.standing([case])[case][0] == ""
