"""Who had a hand in a case: they hear no appeal about it, and are no third person in it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lachan.domain.account import PERMISSIONS, Permission
from lachan.domain.case import Case
from lachan.pipeline.ports import Unit

#: Reading a case or carrying it about, and recording what the recipient did, are no part of the decision. Every
#: other act is, also one that is added later.
NO_PART: Final = frozenset(
    f"case:{act}"
    for act in (
        "claim",
        "release",
        "hold",
        "resume",
        "escalate",
        "hand",
        "claim_expired",
        "read_address",
        "reveal",
    )
) | {f"notice:{act}" for act in ("deliver", "acknowledge", "comply", "comply_partly", "refuse", "expire")}
#: A look at the page is what a third person begins with.
_LOOK: Final = "notice:check_page"


def took_part(unit: Unit, case: Case, *, but_looking: bool = False) -> set[str | None]:
    """Whoever had a hand in the case, by the audit log and (should it be pruned) by the rows themselves;
    `but_looking`: a look at the page alone is none."""
    notices = unit.notices.of_case(case.id)
    subjects = [f"case:{case.id}", *(f"notice:{notice.id}" for notice in notices)]
    subjects += [f"appeal:{appeal.id}" for appeal in unit.appeals.of_case(case.id)]
    named = {case.decided_by, case.approved_by, case.disagreed_by}
    named |= {name for notice in notices for name in (notice.drafted_by, notice.approved_by)}
    none = NO_PART | {_LOOK} if but_looking else NO_PART
    return named.union(*(unit.audit.actors(subject, none) for subject in subjects))


def thirds(unit: Unit, case: Case, now: datetime) -> list[str]:
    """Who could decide a disputed case: approvers who are not on leave and had no hand in it."""
    barred = took_part(unit, case, but_looking=True)
    return [
        account.name
        for account in unit.accounts.all()
        if account.active
        and not account.away(now)
        and Permission.APPROVE in PERMISSIONS[account.role]
        and account.name not in barred
    ]
