"""Officers correct what was found of places in confirmed cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.normalise import normalise
from index.place_book import GazetteerBook
from lachan.domain.case import KEEP_CONFIRMED
from lachan.domain.errors import ConflictError, InputError, NotFound, PermissionDenied, RefusedError
from lachan.domain.measure import Measure
from lachan.domain.place import UNMARKED
from lachan.domain.taxonomy import TESTIMONY_ONLY
from lachan.pipeline.places import Places
from lachan.pipeline.publish import Publisher
from lachan.pipeline.review import Decision
from tests.world import World

POST = "[drugs_to_minors] Hàng mới cho học sinh, ở phường Trần Phú và xã Nghĩa Hưng, Ninh Bình, qua cầu hòa bình nhé"
HUNG, TRAN_PHU = "Xã Nghĩa Hưng, Ninh Bình", "Phường Trần Phú cũ, Quận Hoàng Mai cũ, Hà Nội"
HOA_BINH = "Tỉnh Hòa Bình cũ"


def publisher(world: World) -> Publisher:
    return Publisher(world.database, world.index, world.clock, reader=normalise, places=GazetteerBook())


def places(world: World) -> Places:
    return Places(world.database, world.clock, publisher(world), GazetteerBook())


def found(world: World, case: int) -> tuple[str, ...]:
    """What the index finds the case under, after publishing what waits."""
    publisher(world).drain()
    return world.index.documents[case].places


def candidates(world: World, case: int, words: str) -> tuple[str, ...]:
    sheet = places(world).sheet(world.actor("officer"), case)
    return next(row.units for row in sheet.rows if words in row.words)


def test_an_officer_chooses_strikes_adds_and_takes_back(world: World) -> None:
    case, officer, use = world.confirmed(POST), world.actor("officer"), places(world)
    as_found = found(world, case)
    assert HUNG in as_found and TRAN_PHU not in as_found and HOA_BINH not in as_found
    open_ones = candidates(world, case, "phường Trần Phú")
    use.choose(officer, case, open_ones, TRAN_PHU)
    assert "Quận Hoàng Mai cũ, Hà Nội" in found(world, case)
    use.strike(officer, case, candidates(world, case, "xã Nghĩa Hưng"))
    assert HUNG not in found(world, case) and "Tỉnh Ninh Bình" in found(world, case), "it is named, too"
    use.add(officer, case, HOA_BINH)
    assert HOA_BINH in found(world, case)
    sheet = use.sheet(officer, case)
    assert sheet.added == (HOA_BINH,) and sheet.keys == found(world, case)
    assert [(row.chosen, bool(row.left)) for row in sheet.rows] == [
        (True, True),
        (False, False),
        (False, True),
    ]
    for units in (open_ones, (HUNG,), sheet.added):
        use.forget(officer, case, units)
    assert found(world, case) == as_found


def test_corrections_survive_a_rebuild_and_the_index_compares_clean(world: World) -> None:
    case, officer = world.confirmed(POST), world.actor("officer")
    publisher(world).drain()
    places(world).add(officer, case, HOA_BINH)
    with world.database.read() as unit:
        assert unit.outbox.waiting() == {case}
    told = found(world, case)
    assert publisher(world).compare().clean
    world.index.documents.clear()
    publisher(world).rebuild()
    assert world.index.documents[case].places == told and HOA_BINH in told
    assert publisher(world).compare().clean


def test_the_log_says_that_somebody_corrected_and_no_place(world: World) -> None:
    case, officer = world.confirmed(POST), world.actor("officer")
    places(world).add(officer, case, HOA_BINH)
    places(world).add(officer, case, HOA_BINH)  # changes nothing
    with world.database.read() as unit:
        last, before = unit.audit.of_subject(f"case:{case}", 2)
        assert unit.outbox.size() == 2  # the decision and this
    assert (last.event.action, last.event.actor, dict(last.event.details)) == (
        "case:places", "officer", {"what": "add"},
    )  # fmt: skip
    assert before.event.action != "case:places"


@pytest.mark.parametrize("unit", ["Tỉnh Sơn La", "Xã Hạ Long, Quảng Ninh", "nhà bạn Lan", ""])
def test_nothing_is_added_that_the_masked_text_does_not_name(world: World, unit: str) -> None:
    """Not what somebody knows of a person, not what was masked, not what is no unit."""
    case = world.confirmed(POST + ", gần trường THCS Hạ Long")
    with pytest.raises(RefusedError):
        places(world).add(world.actor("officer"), case, unit)
    with world.database.read() as unit_:
        assert unit_.cases.get(case).place_marks == UNMARKED


def test_a_place_whose_name_is_masked_later_counts_no_more(world: World) -> None:
    case = world.confirmed(POST)
    with world.database.write() as unit:
        held = unit.cases.get(case)
        unit.cases.save(replace(held, place_marks=held.place_marks.mean("Tỉnh Sơn La").mean(HOA_BINH)))
    publisher(world).rebuild()
    told = world.index.documents[case].places
    assert HOA_BINH in told and "Tỉnh Sơn La" not in told


def test_look_up_says_what_the_post_names(world: World) -> None:
    case, officer = world.confirmed(POST), world.actor("officer")
    offers = places(world).look_up(officer, case, "hoa binh")
    assert offers[0].unit == HOA_BINH and all(offer.named for offer in offers)
    assert [offer.named for offer in places(world).look_up(officer, case, "Sơn La")] != []
    assert not any(offer.named for offer in places(world).look_up(officer, case, "Sơn La"))
    assert places(world).look_up(officer, case, "không có nơi này") == ()


def test_what_was_not_found_cannot_be_chosen_or_struck(world: World) -> None:
    case, officer, use = world.confirmed(POST), world.actor("officer"), places(world)
    with pytest.raises(ConflictError):
        use.strike(officer, case, ("Tỉnh Sơn La",))
    with pytest.raises(ConflictError):
        use.choose(officer, case, (HUNG, "Tỉnh Sơn La"), "Tỉnh Sơn La")
    with pytest.raises(InputError):
        use.choose(officer, case, (HUNG,), "Tỉnh Sơn La")


def _acts(use: Places) -> list[Callable[..., object]]:
    return [
        lambda actor, case: use.add(actor, case, HOA_BINH),
        lambda actor, case: use.strike(actor, case, (HUNG,)),
        lambda actor, case: use.choose(actor, case, (HUNG,), HUNG),
        lambda actor, case: use.forget(actor, case, (HUNG,)),
    ]


@pytest.mark.parametrize("number", range(4))
def test_only_who_decides_at_the_desk(world: World, number: int) -> None:
    case, act = world.confirmed(POST), _acts(places(world))[number]
    for name in ("approver", "protection_officer", "analyst", "auditor", "admin"):
        with pytest.raises(PermissionDenied):
            act(world.actor(name), case)
    with pytest.raises(PermissionDenied):
        act(world.actor("officer", interactive=False), case)
    with pytest.raises(NotFound):
        act(world.actor("officer"), 999)


@pytest.mark.parametrize("number", range(4))
def test_only_confirmed_review_cases_without_hidden_victims(world: World, number: int) -> None:
    officer, act = world.actor("officer"), _acts(places(world))[number]
    waiting = world.case_of(f"[drugs_to_minors] chưa ai xem, còn mở trong hàng đợi, ở {HUNG}")
    dismissed = world.confirmed(
        f"[drugs_to_minors] tin tức của báo về {HUNG} hôm qua", Decision(Measure.DISMISS, "tin tức")
    )
    hidden = world.confirmed(POST)
    with world.database.write() as unit:
        held = unit.cases.get(hidden)
        unit.cases.save(replace(held, categories=(next(iter(TESTIMONY_ONLY)),)))
    for case in (waiting, dismissed, hidden):
        with pytest.raises(RefusedError):
            act(officer, case)
    cry = world.case_of("[child_violence victim] một lời nhờ giúp ở xã Nghĩa Hưng, Ninh Bình")
    for name in ("officer", "protection_officer"):
        with pytest.raises(PermissionDenied):
            act(world.actor(name), cry)
    with world.database.read() as unit:
        assert all(unit.cases.get(case).place_marks == UNMARKED for case in (waiting, dismissed, hidden, cry))


def test_they_go_with_the_text(world: World) -> None:
    case, officer = world.confirmed(POST), world.actor("officer")
    places(world).add(officer, case, HOA_BINH)
    world.clock.move(seconds=(KEEP_CONFIRMED + timedelta(days=1)).total_seconds())
    world.retain()
    with world.database.read() as unit:
        assert unit.cases.get(case).place_marks == UNMARKED
    with pytest.raises(RefusedError):
        places(world).add(officer, case, HOA_BINH)
    publisher(world).drain()
    assert case not in world.index.cases() and publisher(world).compare().clean
