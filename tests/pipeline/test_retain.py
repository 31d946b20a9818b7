"""What is past its day goes: rows, index, keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lachan.domain.audit import verify
from lachan.domain.case import KEEP_FACTS
from lachan.domain.errors import NotFound
from lachan.domain.measure import Measure
from lachan.domain.post import SourceState
from lachan.pipeline.review import Decision
from tests.world import WHY, World, takedown, warning

ADVERT = "[drugs_to_minors] Hàng mới cho học sinh, ib mình nhé, để lại lời nhắn bên dưới"


def test_undecided_goes_whole_after_14_days(world: World) -> None:
    case = world.case_of(ADVERT)
    world.clock.move(days=13, hours=23)
    world.retain()
    assert world.case_ids() == {case}
    world.clock.move(hours=2)
    world.retain()
    assert world.case_ids() == set()
    with world.database.read() as unit, pytest.raises(NotFound):
        unit.cases.get(case)


def test_dismissed_loses_its_text_after_30_days_and_confirmed_after_a_year(world: World) -> None:
    dismissed = world.confirmed(
        "[drugs_to_minors] bỏ qua, bài này chỉ là tin tức thôi", Decision(Measure.DISMISS, "tin")
    )
    confirmed = world.confirmed(ADVERT)
    world.publisher.drain()

    def texts() -> set[int]:
        with world.database.read() as unit:
            return set(unit.cases.texts([dismissed, confirmed]))

    world.clock.move(days=29)
    world.retain()
    assert texts() == {dismissed, confirmed}
    world.clock.move(days=2)
    world.retain()
    assert texts() == {confirmed}
    world.clock.move(days=335)
    world.retain()
    assert texts() == set()
    assert world.index.cases() == set()
    assert world.case_ids() == {dismissed, confirmed}, "a fact row without text stays for counting"
    world.clock.move(days=400)
    world.retain()
    assert world.case_ids() == set()


def test_an_index_that_was_down_or_busy_is_rebuilt_by_the_next_run(world: World) -> None:
    case = world.confirmed(ADVERT)
    world.publisher.drain()
    world.clock.move(days=366)
    world.index.fail = True
    with pytest.raises(OSError):
        world.retain()
    with world.database.write() as unit:
        later = world.clock() + timedelta(minutes=30)
        unit.leases.take("publisher", "another", world.clock(), later)
    world.index.fail = False
    world.retain()
    assert rebuilds(world) == 0, "another publisher was at work"
    world.clock.move(hours=1)
    world.retain()
    assert (rebuilds(world), world.index.cases()) == (1, set()), case
    world.clock.move(hours=1)
    world.retain()
    assert rebuilds(world) == 1


def rebuilds(world: World) -> int:
    with world.database.read() as unit:
        return sum(item.event.action == "index:rebuild" for item in unit.audit.links())


def test_the_key_dies_with_the_text(world: World) -> None:
    world.case_of(ADVERT)
    world.clock.move(days=15)
    assert world.keys.destroy_due(world.clock()) > 0
    with world.database.read() as unit:
        (case,) = world.case_ids()
        assert unit.cases.texts([case]) == {}
        assert unit.cases.posts(case)[0].text == ""


def test_a_source_without_confirmed_harm_lapses_after_90_days(world: World) -> None:
    world.clock.move(days=80)
    world.confirmed(ADVERT)
    world.clock.move(days=80)
    world.retain()
    with world.database.read() as unit:
        assert unit.sources.get("town").state is SourceState.ACTIVE
    world.clock.move(days=11)
    world.retain()
    with world.database.read() as unit:
        assert unit.sources.get("town").state is SourceState.LAPSED


def test_the_log_is_pruned_in_whole_segments_behind_a_signature(world: World) -> None:
    from lachan.domain.audit import AuditEvent

    with world.database.write() as unit:
        for number in range(1500):
            unit.audit.append(AuditEvent(world.clock(), "system", "test:fill", str(number)))
    world.clock.move(days=731)
    world.retain()
    with world.database.read() as unit:
        links = list(unit.audit.links())
        checkpoint, head = unit.audit.checkpoint(), unit.audit.head()
    assert checkpoint is not None
    assert checkpoint.sequence == 1000
    key = world.keys.secret("audit")
    assert verify(links, checkpoint=checkpoint, key=key, head=head).broken_at is None
    forged = replace(checkpoint, hash="f" * 64)
    assert verify(links, checkpoint=forged, key=key, head=head).broken_at is not None


def test_running_twice_does_no_harm(world: World) -> None:
    world.case_of(ADVERT)
    world.clock.move(days=15)
    world.retain()
    with world.database.read() as unit:
        before = unit.audit.head()
    world.retain()
    with world.database.read() as unit:
        assert unit.audit.head() == before


def test_a_call_for_help_is_never_deleted_unread(world: World) -> None:
    case = world.case_of("[child_violence victim] một lời nhờ giúp")
    for _ in range(3):
        world.clock.move(days=14, hours=1)
        world.retain()
    with world.database.read() as unit:
        assert unit.cases.texts([case])
        overdue = [item.event.action for item in unit.audit.of_subject(f"case:{case}")]
    assert overdue.count("case:overdue") == 3


def waiting_takedown(world: World) -> int:
    case = world.case_of(ADVERT)
    world.review.claim(world.actor("officer"), case)
    world.review.decide(world.actor("officer"), case, takedown())
    return case


def test_a_takedown_that_waits_for_its_second_person_stays_and_rings(world: World) -> None:
    case = waiting_takedown(world)
    for _ in range(2):
        world.clock.move(days=14, hours=1)
        world.retain()
    with world.database.read() as unit:
        assert unit.cases.texts([case])
        actions = [item.event.action for item in unit.audit.of_subject(f"case:{case}")]
    assert actions.count("case:approval_overdue") == 2
    approver = world.actor("approver")
    world.review.send_back(approver, case, "Hãy nói rõ vì sao gỡ.")
    world.clock.move(days=14, hours=1)
    world.retain()
    assert world.case_ids() == {case}, "what was sent back is a person's work, too"


def test_no_decision_waits_for_longer_than_a_text_may_live(world: World) -> None:
    waiting_takedown(world)
    for _ in range(27):
        world.clock.move(days=14, hours=1)
        world.retain()
    assert world.case_ids() == set()


def test_a_fact_row_stays_while_somebody_waits_for_it(world: World) -> None:
    case = waiting_takedown(world)
    world.review.check_page(world.actor("approver"), case)
    notice = world.review.approve(world.actor("approver"), case)
    text = "[drugs_to_minors] một bài khác hẳn, rao bán trước cổng trường vào buổi chiều"
    other = world.confirmed(text, warning(f"{WHY} Lần hai."))
    world.clock.move(days=729)
    world.appeals.submit(notice.code, "Tôi không đồng ý")
    world.clock.move(days=2)
    with world.database.write() as unit:
        assert unit.cases.drop_facts(world.clock() - KEEP_FACTS) == 0, (
            "an open appeal, an index that must learn"
        )
    world.publisher.drain()
    with world.database.write() as unit:
        assert unit.cases.drop_facts(world.clock() - KEEP_FACTS) == 1
    assert world.case_ids() == {case} != {other}
    appeal = world.appeals.assign(world.actor("approver2"), 1)
    world.appeals.decide(world.actor("approver2"), appeal.id, uphold=True, answer="Giữ nguyên.")
    world.publisher.drain()
    with world.database.write() as unit:
        assert unit.cases.drop_facts(world.clock() - KEEP_FACTS) == 1
