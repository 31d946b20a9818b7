"""Every member of every enum that a document shows has a Vietnamese name."""

from __future__ import annotations

from enum import StrEnum

import pytest

from lachan.domain.appeal import AppealState
from lachan.domain.case import CaseState, Third
from lachan.domain.measure import NOTICE_MEASURES, Measure
from lachan.domain.notice import NoticeState, PageCheck
from lachan.domain.post import SourceKind
from lachan.domain.referral import RecipientKind, ReferralState
from lachan.domain.taxonomy import Category, Route
from lachan.reports.figures import Outcome, ProtectOutcome
from lachan.reports.labels import label, labels
from lachan.reports.letter import phrases


@pytest.mark.parametrize(
    ("group", "members"),
    [
        ("category", Category),
        ("category_short", Category),
        ("measure", Measure),
        ("route", Route),
        ("case_state", CaseState),
        ("outcome", Outcome),
        ("protect_outcome", ProtectOutcome),
        ("notice_state", NoticeState),
        ("page_check", PageCheck),
        ("referral_state", ReferralState),
        ("recipient", RecipientKind),
        ("appeal_state", AppealState),
        ("source_kind", SourceKind),
        ("third", Third),
    ],
)
def test_every_member_has_a_name_of_its_own(group: str, members: type[StrEnum]) -> None:
    names = [label(group, member.value) for member in members]
    assert all(names) and len(set(names)) == len(names)
    assert set(labels()[group]) == {member.value for member in members}


def test_every_letter_and_every_advice_is_written() -> None:
    assert set(phrases()["measure"]) == {measure.value for measure in NOTICE_MEASURES}
    assert set(phrases()["advice"]) == {category.value for category in Category}


def test_an_account_is_never_called_a_suspect() -> None:
    assert "đối tượng" not in str(labels()).lower() + str(phrases()).lower()
