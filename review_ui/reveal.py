"""Showing one masked detail to who holds the case, for a reason from a closed list, in the audit log.

The log is also the memory: what was revealed since this officer's last claim stays shown until it ends.
Victims and whoever tells of sexual abuse stay masked, always.
"""

from __future__ import annotations

from enum import StrEnum

from lachan.domain.account import Actor
from lachan.domain.audit import AuditEvent, AuditLink
from lachan.domain.case import Case, CasePost, CaseState
from lachan.domain.errors import ConflictError, InputError, RefusedError
from lachan.domain.privacy import mask
from lachan.pipeline.ports import Clock, Database

ACTION = "case:reveal"


class RevealReason(StrEnum):
    """Why an officer needs the hidden words."""

    IS_PERSONAL = "is_personal"  # does it expose a child at all?
    IDENTIFY_PLACE = "identify_place"  # which shop or group the letter is about
    SAFETY = "safety"  # somebody is in danger
    MASKED_WRONGLY = "masked_wrongly"  # the mask hides a harmless word that is needed to understand


def wide_mask(case: Case) -> bool:
    """Whether everything that could lead to a victim is hidden, for good."""
    return case.hides_victims


def revealed(history: list[AuditLink], actor: Actor) -> dict[int, set[int]]:
    """Post id -> numbers of details that this actor revealed since their last claim; `history` newest first."""
    shown: dict[int, set[int]] = {}
    for item in history:
        if item.event.actor != actor.name:
            continue
        if item.event.action in ("case:claim", "case:resume"):
            break
        if item.event.action == ACTION:
            post, number = item.event.details.get("post"), item.event.details.get("detail")
            if isinstance(post, int) and isinstance(number, int):
                shown.setdefault(post, set()).add(number)
    return shown


def reveal(
    database: Database, clock: Clock, actor: Actor, case_id: int, post_id: int, number: int, reason: str
) -> None:
    """Log that this detail is shown. Raises ConflictError (not held), RefusedError (victims), InputError."""
    if reason not in RevealReason.__members__.values():
        raise InputError("choose why you need to see this detail")
    with database.write() as unit:
        case = unit.cases.get(case_id)
        if case.state is not CaseState.CLAIMED or case.claimed_by != actor.name:
            raise ConflictError(f"{case.number} is not claimed by you (any more): claim it first")
        if wide_mask(case):
            raise RefusedError("whoever may be a victim stays masked")
        post = _post(unit.cases.posts(case_id), post_id)
        details = mask(post.text).details
        if not 0 <= number < len(details):
            raise InputError("there is no such detail in this post")
        what = {"post": post_id, "detail": number, "kind": details[number].kind.value, "reason": reason}
        unit.audit.append(AuditEvent(clock(), actor.name, ACTION, f"case:{case_id}", what))


def _post(posts: list[CasePost], post_id: int) -> CasePost:
    for post in posts:
        if post.id == post_id:
            return post
    raise InputError("there is no such post in this case")
