"""The inbox: dropped at once, or a case; nothing lost, nothing doubled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lachan.domain.assessment import Assessment, Stage
from lachan.domain.audit import verify
from lachan.domain.case import CaseState
from lachan.domain.errors import Stopped
from lachan.domain.post import SourceState
from lachan.domain.taxonomy import Category, Route
from lachan.pipeline.assess import LEASE, Assess
from lachan.pipeline.ports import Counter
from tests.world import ScriptedJudge, World, post

ADVERT = "[drugs_to_minors] Hàng mới về cho các bạn trong lớp, vị dưa hấu và vị nho, nhắn mình giữ trước nhé"


def totals(world: World) -> dict[Counter, int]:
    with world.database.read() as unit:
        return unit.sources.totals()


def test_harmless_goes_at_once_and_flagged_becomes_a_case(world: World) -> None:
    world.receive("Hôm nay trời đẹp", ADVERT, "[selfharm victim urgent] một lời nhờ giúp")
    done = world.assess.drain()
    assert (done.judged, done.dropped, done.stored, done.opened) == (3, 1, 2, 2)
    with world.database.read() as unit:
        assert unit.inbox.size() == 0
        cases = [unit.cases.get(case) for case in sorted(world.case_ids())]
    assert {case.route for case in cases} == {Route.REVIEW, Route.PROTECT}
    assert all(case.state is CaseState.OPEN for case in cases)
    sums = totals(world)
    assert sums[Counter.EXTRACTED] == sums[Counter.DUPLICATES] + sums[Counter.INBOXED] == 3
    assert sums[Counter.INBOXED] == sums[Counter.DROPPED] + sums[Counter.STORED]


def test_near_copies_join_one_case_in_a_batch_and_later(world: World) -> None:
    world.receive(ADVERT, ADVERT + "!!", page="https://town.example/f/a")
    first = world.assess.drain()
    world.receive(ADVERT + " ạ", page="https://town.example/f/b")
    second = world.assess.drain()
    assert (first.opened, first.joined, second.opened, second.joined) == (1, 1, 0, 1)
    (case_id,) = world.case_ids()
    with world.database.read() as unit:
        assert unit.cases.get(case_id).post_count == 3
        assert len(unit.cases.posts(case_id)) == 3


def test_protect_never_joins(world: World) -> None:
    words = "[child_violence victim] " + "một lời nhờ giúp dài hơn bốn mươi ký tự để so sánh"
    world.receive(words, words + " ạ")
    assert world.assess.drain().opened == 2


def test_a_copy_after_closing_opens_a_linked_case(world: World) -> None:
    closed = world.confirmed(ADVERT)
    again = world.case_of(ADVERT + " nha")
    with world.database.read() as unit:
        assert unit.cases.get(again).linked_case == closed


def test_a_different_category_does_not_join(world: World) -> None:
    world.receive(ADVERT, ADVERT.replace("drugs_to_minors", "child_trafficking"))
    assert world.assess.drain().opened == 2


def test_a_row_that_breaks_the_judge_harms_no_other(world: World) -> None:
    world.receive("Trời đẹp", "[crash]", ADVERT)
    done = world.assess.drain()
    assert (done.dropped, done.stored, done.failed) == (1, 1, 1)
    assert totals(world)[Counter.FAILED] == 1
    world.clock.move(hours=25)
    world.retain()
    sums = totals(world)
    assert sums[Counter.EXPIRED] == 0, "it was counted as failed already"
    assert sums[Counter.INBOXED] == sums[Counter.DROPPED] + sums[Counter.STORED] + sums[Counter.FAILED]


def test_a_row_that_kills_its_worker_again_and_again_is_set_aside(world: World) -> None:
    world.receive("một bài làm chết tiến trình")
    for _ in range(3):
        with world.database.write() as unit:
            assert unit.inbox.claim("dead", world.clock(), world.clock() + LEASE, 10)
        world.clock.move(minutes=6)
    assert world.assess.drain().failed == 1
    assert world.judge.seen == []


def test_power_cuts_set_nothing_aside_and_a_killer_is_found_alone(world: World) -> None:
    """Three whole batches died; only the row that dies alone, the fourth time, is set aside."""
    with world.database.write() as unit:
        unit.inbox.add([post(f"bài {number}", world.clock()) for number in range(60)], world.clock())

    class Dies(BaseException):
        pass

    class Kills(ScriptedJudge):
        def assess(self, items):  # type: ignore[no-untyped-def]
            if any(item.text == "bài 7" for item in items):
                raise Dies
            return super().assess(items)

    judge = Kills()
    for _ in range(3):
        with pytest.raises(Dies):
            Assess(world.database, judge, world.keys, world.clock, "w").drain()
        world.clock.move(minutes=6)
    done = Assess(world.database, judge, world.keys, world.clock, "w").drain()
    with world.database.read() as unit:
        assert unit.inbox.size() == 0
    assert totals(world)[Counter.FAILED] == done.failed == 1
    assert totals(world)[Counter.DROPPED] == 59


def test_two_workers_settle_a_row_once(world: World) -> None:
    """The slow one finds its rows gone and changes nothing."""
    world.receive(ADVERT)

    class Slow(ScriptedJudge):
        def assess(self, items):  # type: ignore[no-untyped-def]
            world.clock.move(minutes=10)
            assert world.assess.drain().opened == 1
            return super().assess(items)

    slow = Assess(world.database, Slow(), world.keys, world.clock, "slow")
    assert slow.drain().stored == 0
    assert len(world.case_ids()) == 1
    assert totals(world)[Counter.STORED] == 1


def test_nothing_is_judged_while_stopped(world: World) -> None:
    world.receive("Trời đẹp")
    world.sources.stop(world.actor("officer"))
    with pytest.raises(Stopped):
        world.assess.drain()
    world.sources.resume(world.actor("admin"))
    assert world.assess.drain().dropped == 1


def test_a_source_that_floods_is_halted(world: World) -> None:
    with world.database.write() as unit:
        rows = [post(f"bài {n}", world.clock()) for n in range(158)]
        rows += [post(f"[child_violence] bài {n}", world.clock()) for n in range(42)]
        unit.inbox.add(rows, world.clock())
    assert world.assess.drain().halted == ("town",)
    with world.database.read() as unit:
        source = unit.sources.get("town")
    assert source.state is SourceState.HALTED
    assert source.halt_reason == "42 of the last 200 posts were flagged"


def test_what_is_a_day_old_is_gone_and_read_again(world: World) -> None:
    world.receive("một bài không ai kịp xem", "một bài nữa")
    world.clock.move(hours=25)
    world.retain()
    assert totals(world)[Counter.EXPIRED] == 2
    with world.database.read() as unit:
        assert unit.inbox.size() == 0
    world.receive("một bài không ai kịp xem", "một bài nữa")
    with world.database.read() as unit:
        assert unit.inbox.size() == 2, "the posts were never judged, so they may come again"


def test_one_audit_event_a_batch_and_the_chain_is_whole(world: World) -> None:
    world.receive(*(f"bài {n}" for n in range(20)))
    world.assess.drain()
    with world.database.read() as unit:
        links = list(unit.audit.links())
        assert verify(links, head=unit.audit.head()).broken_at is None
    assert sum(item.event.action == "inbox:assess" for item in links) == 1


def test_an_urgent_copy_makes_its_case_urgent(world: World) -> None:
    case = world.case_of(ADVERT)
    world.receive(ADVERT.replace("[drugs_to_minors]", "[drugs_to_minors urgent]"))
    world.assess.drain()
    with world.database.read() as unit:
        assert unit.cases.get(case).urgent
        assert Category.DRUGS_TO_MINORS in unit.cases.get(case).categories
        assert unit.cases.get(case).delete_text_at - world.clock() == timedelta(days=14)


def test_counts_alone_tell_what_the_first_stage_lets_go(world: World) -> None:
    """Of what two stages read: passed on, let go, drawn, drawn and flagged; never a text of what is let go."""
    stages = {"một": Stage.SECOND, "hai": Stage.SECOND, "ba": Stage.FIRST, "bốn": Stage.LOT, "năm": Stage.LOT}

    class TwoStages(ScriptedJudge):
        def _one(self, text: str) -> Assessment:
            return replace(super()._one(text), stage=stages[text.split()[0]])

    mark = "[child_violence promoting]"
    world.receive(f"một {mark}", "hai", "ba", f"bốn {mark}", "năm")
    Assess(world.database, TwoStages(), world.keys, world.clock, "worker").drain()
    sums = totals(world)
    assert {name: sums[name] for name in Counter if name.value.startswith("first_")} == {
        Counter.FIRST_LET_GO: 3,
        Counter.FIRST_DRAWN: 2,
        Counter.FIRST_DRAWN_FLAGGED: 1,
        Counter.FIRST_PASSED_FLAGGED: 1,
    }
    assert len(world.case_ids()) == 2, "people see what the full model flags, by either way"
    world.receive("[child_violence promoting] của bộ lọc một tầng")
    world.assess.drain()
    assert totals(world)[Counter.FIRST_PASSED_FLAGGED] == 1, "a judge of one stage says nothing of it"


def test_the_judge_is_told_the_address_for_vetted_lists(world: World) -> None:
    world.receive("trời đẹp", page="https://town.example/f/7")
    world.assess.drain()
    assert world.judge.seen[-1].url.startswith("https://town.example/f/7")
