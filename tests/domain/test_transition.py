"""Every state table: closed, connected, and refusing everything that is not in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.alert import ALERT_TABLE, AlertAct, AlertState
from lachan.domain.appeal import APPEAL_TABLE, AppealAct, AppealState
from lachan.domain.bulletin import SENDING_TABLE, SendingAct, SendingState
from lachan.domain.case import CASE_TABLE, CaseAct, CaseState
from lachan.domain.errors import TransitionError
from lachan.domain.notice import NOTICE_TABLE, NoticeAct, NoticeState
from lachan.domain.referral import REFERRAL_TABLE, ReferralAct, ReferralState

TABLES: list[tuple[Any, Any, Any]] = [
    (CASE_TABLE, CaseState, CaseAct),
    (NOTICE_TABLE, NoticeState, NoticeAct),
    (REFERRAL_TABLE, ReferralState, ReferralAct),
    (APPEAL_TABLE, AppealState, AppealAct),
    (ALERT_TABLE, AlertState, AlertAct),
    (SENDING_TABLE, SendingState, SendingAct),
]
#: The tables as DESIGN draws them, written out a second time so that a slip in one shows.
DRAWN = {
    "the case": """
        open hold_back held_back, held_back let_in open,
        open claim claimed, claimed release open, claimed hold held, claimed escalate escalated,
        held resume claimed, escalated resume claimed, claimed hand held, held hand held,
        escalated answer held, escalated hand escalated,
        claimed decide decided, decided close closed, closed undo claimed, claimed protect open,
        claimed propose_speaker speaker_proposed, speaker_proposed accept_speaker open,
        speaker_proposed refuse_speaker returned,
        decided submit awaiting_approval, awaiting_approval approve closed, awaiting_approval return returned,
        awaiting_approval disagree disputed, disputed approve closed, disputed refuse returned,
        returned claim claimed, closed appeal appealed, appealed settle closed""",
    "the notice": """
        draft submit submitted, submitted reject rejected, rejected redraft draft, submitted approve approved,
        approved issue issued, issued deliver delivered, delivered acknowledge acknowledged,
        acknowledged comply complied, acknowledged comply_partly partly, acknowledged refuse refused,
        issued expire overdue, delivered expire overdue, acknowledged expire overdue, overdue comply complied,
        overdue refuse refused, issued withdraw withdrawn, delivered withdraw withdrawn,
        acknowledged withdraw withdrawn, complied withdraw withdrawn, partly withdraw withdrawn,
        refused withdraw withdrawn, overdue withdraw withdrawn, withdrawn restore restored""",
    "the referral": """
        opened send sent, sent send_next sent, sent accept accepted, accepted reach reached,
        accepted miss unreachable, accepted hand_on handed_on, reached follow_up followed_up,
        unreachable follow_up followed_up, handed_on follow_up followed_up, followed_up follow_up followed_up,
        followed_up close closed""",
    "the appeal": """
        received assign assigned, assigned uphold upheld, assigned overturn overturned, upheld close closed,
        overturned close closed""",
    "the alert": "running renew running, running lapse lapsed, running end ended",
    "the sending": """
        waiting begin underway, underway begin underway, underway arrive sent, underway fail waiting,
        underway give_up given_up""",
}


def pairs() -> Iterator[tuple[Any, Any, Any]]:
    for table, states, acts in TABLES:
        for state in states:
            for act in acts:
                yield table, state, act


@pytest.mark.parametrize(("table", "state", "act"), list(pairs()), ids=str)
def test_a_step_is_in_the_drawing_or_refused(table: Any, state: Any, act: Any) -> None:
    drawn = {
        (words[0], words[1]): words[2] for line in DRAWN[table.name].split(",") if (words := line.split())
    }
    wanted = drawn.get((state.value, act.value))
    if wanted is None:
        with pytest.raises(TransitionError, match="not possible"):
            table.step(state, act)
    else:
        assert table.step(state, act).value == wanted


@pytest.mark.parametrize(("table", "states", "acts"), TABLES, ids=lambda value: str(value)[:24])
def test_every_state_can_be_reached(table: Any, states: Any, acts: Any) -> None:
    reached, fresh = {table.initial}, [table.initial]
    while fresh:
        state = fresh.pop()
        for act in table.acts(state):
            after = table.step(state, act)
            if after not in reached:
                reached.add(after)
                fresh.append(after)
    assert reached == set(states)


@given(st.data())
def test_random_walks_stay_in_the_table(data: st.DataObject) -> None:
    table, states, acts = data.draw(st.sampled_from(TABLES))
    state = table.initial
    for _ in range(data.draw(st.integers(1, 30))):
        act = data.draw(st.sampled_from(list(acts)))
        if act in table.acts(state):
            state = table.step(state, act)
        else:
            with pytest.raises(TransitionError):
                table.step(state, act)
        assert state in set(states)


@given(st.lists(st.sampled_from(list(NoticeAct)), max_size=40))
def test_no_notice_is_issued_without_approval(acts: list[NoticeAct]) -> None:
    state, approved = NOTICE_TABLE.initial, False
    for act in acts:
        if act not in NOTICE_TABLE.acts(state):
            continue
        state = NOTICE_TABLE.step(state, act)
        approved = (approved or act is NoticeAct.APPROVE) and act is not NoticeAct.REDRAFT
        if state is NoticeState.ISSUED:
            assert approved
