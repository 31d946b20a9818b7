"""What a person may decide: a closed list, and how many people each measure needs."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from lachan.domain.errors import InputError, RefusedError
from lachan.domain.taxonomy import Category, Route


class Measure(StrEnum):
    """Least intrusive first."""

    DISMISS = "dismiss"
    REFERRAL = "referral"
    OWNER_WARNING = "owner_warning"
    PLATFORM_LABEL = "platform_label"
    PUBLIC_ADVISORY = "public_advisory"
    OWNER_REMOVAL_REQUEST = "owner_removal_request"
    REMOVAL_REQUEST = "removal_request"
    CRIME_INFORMATION = "crime_information"


#: Whatever asks to remove, restrict or lock is a takedown and needs two; so does crime information.
TWO_PERSON: Final = frozenset(
    {Measure.REMOVAL_REQUEST, Measure.OWNER_REMOVAL_REQUEST, Measure.CRIME_INFORMATION}
)
#: Measures that become a letter.
NOTICE_MEASURES: Final = TWO_PERSON | {
    Measure.OWNER_WARNING,
    Measure.PLATFORM_LABEL,
    Measure.PUBLIC_ADVISORY,
}
#: `age_unsuitable` is warning only.
WARNING_MEASURES: Final = frozenset({Measure.DISMISS, Measure.PLATFORM_LABEL, Measure.PUBLIC_ADVISORY})

#: Crime information goes out only on these grounds; where the author seems a child: child protection.
CRIME_GROUNDS: Final = frozenset(
    {
        Category.CHILD_SEXUAL_CONTENT,
        Category.GROOMING_SOLICITATION,
        Category.CHILD_TRAFFICKING,
        Category.CHILD_LABOUR_EXPLOITATION,
        Category.CHILD_VIOLENCE,
        Category.DRUGS_TO_MINORS,
        Category.CRIME_RECRUITMENT_MINORS,
    }
)
MIN_NECESSITY: Final = 40  # characters; a written necessity shorter than this says nothing


def allowed_measures(route: Route, categories: Collection[Category]) -> tuple[Measure, ...]:
    """What may be chosen, least intrusive first.

    `protect` allows a referral and a dismissal only: help first, never a takedown.
    """
    if route is Route.PROTECT:
        return (Measure.DISMISS, Measure.REFERRAL)
    if route is Route.NONE:
        return ()
    if set(categories) == {Category.AGE_UNSUITABLE}:
        return tuple(m for m in Measure if m in WARNING_MEASURES)
    return tuple(
        m
        for m in Measure
        if m is not Measure.REFERRAL
        and (m is not Measure.CRIME_INFORMATION or any(c in CRIME_GROUNDS for c in categories))
    )


def check_measure(
    measure: Measure,
    *,
    route: Route,
    categories: Collection[Category],
    reason: str,
    citations: Collection[str],
    recent_necessities: Collection[str] = (),
    author_seems_child: bool = False,
) -> None:
    """Raises unless this measure may be chosen with these words.

    `reason` is the written necessity (for `dismiss` the reason, for `referral` the need).
    `recent_necessities` are this officer's last 20; repeating one is refused.
    Raises RefusedError for a measure that is not allowed, InputError for missing or worn-out words.
    """
    if measure not in allowed_measures(route, categories):
        raise RefusedError(f"{measure.value} is not allowed here")
    if measure is Measure.CRIME_INFORMATION and author_seems_child:
        raise RefusedError("the author seems a child: refer to child protection instead")
    words = " ".join(reason.split())
    if not words:
        raise InputError("write the reason")
    if measure in (Measure.DISMISS, Measure.REFERRAL):
        return
    if not categories:
        raise InputError("choose a category")
    if not citations:
        raise InputError("choose a legal basis")
    if len(words) < MIN_NECESSITY:
        raise InputError(f"write why it is necessary, in at least {MIN_NECESSITY} characters")
    if words.casefold() in {" ".join(other.split()).casefold() for other in recent_necessities}:
        raise InputError("this necessity repeats one of your last 20: write what is so in this case")
