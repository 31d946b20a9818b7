"""The closed list: what is flagged, who speaks, where an item goes.

A new category is a change of law or policy made here, with its legal basis (`citation.py`) and its tests;
never a configuration value, never a free-text field. There is no category for gatherings, opinion, protest,
religion or persons, and none may be added.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final


class Category(StrEnum):
    """What harm to minors the text itself does or tells of. A text can carry several."""

    CHILD_SEXUAL_CONTENT = "child_sexual_content"
    GROOMING_SOLICITATION = "grooming_solicitation"
    CHILD_TRAFFICKING = "child_trafficking"
    CHILD_LABOUR_EXPLOITATION = "child_labour_exploitation"
    CHILD_VIOLENCE = "child_violence"
    CHILD_PRIVACY_BULLYING = "child_privacy_bullying"
    SELFHARM = "selfharm"
    DRUGS_TO_MINORS = "drugs_to_minors"
    CRIME_RECRUITMENT_MINORS = "crime_recruitment_minors"
    YOUTH_VIOLENCE_CALL = "youth_violence_call"
    YOUTH_RACING_CALL = "youth_racing_call"
    AGE_UNSUITABLE = "age_unsuitable"


class Context(StrEnum):
    """Who is speaking, to what end. Exactly one."""

    PROMOTING = "promoting"
    VICTIM = "victim"
    WITNESS = "witness"
    OTHER = "other"


class Route(StrEnum):
    """Where the item goes. Exactly one; follows from categories and context."""

    REVIEW = "review"
    PROTECT = "protect"
    NONE = "none"


class Audience(StrEnum):
    """Whom the registered source addresses."""

    MINORS = "minors"
    GENERAL = "general"


class AgeBand(StrEnum):
    """`trẻ em` is under 16 (Luật Trẻ em Đ1); criminal law protects under 18; unknown is an honest answer."""

    CHILD_U16 = "child_u16"
    MINOR_U18 = "minor_u18"
    AGE_UNKNOWN = "age_unknown"


#: The two calls: flagged for the violence, never for the meeting; four parts must stand in the text itself.
CALL_CATEGORIES: Final = frozenset({Category.YOUTH_VIOLENCE_CALL, Category.YOUTH_RACING_CALL})

#: Not learnt from invented examples and never routed to review by the model alone (TAXONOMY: wording).
TESTIMONY_ONLY: Final = frozenset({Category.CHILD_SEXUAL_CONTENT, Category.GROOMING_SOLICITATION})

#: Severity, 1 (low) to 5 (a life, a body): orders queues, never scores a person.
SEVERITY: Final[dict[Category, int]] = {
    Category.CHILD_SEXUAL_CONTENT: 5,
    Category.GROOMING_SOLICITATION: 5,
    Category.CHILD_TRAFFICKING: 5,
    Category.SELFHARM: 5,
    Category.CHILD_VIOLENCE: 4,
    Category.YOUTH_VIOLENCE_CALL: 4,
    Category.DRUGS_TO_MINORS: 3,
    Category.CRIME_RECRUITMENT_MINORS: 3,
    Category.CHILD_LABOUR_EXPLOITATION: 3,
    Category.YOUTH_RACING_CALL: 3,
    Category.CHILD_PRIVACY_BULLYING: 3,
    Category.AGE_UNSUITABLE: 1,
}


def severity(categories: Collection[Category]) -> int:
    """The highest severity among `categories`; 0 when there is none."""
    return max((SEVERITY[category] for category in categories), default=0)


def route_of(categories: Collection[Category], context: Context) -> Route:
    """The route that follows from what is in the text and who speaks (TAXONOMY, table "Route")."""
    if not categories or context is Context.OTHER:
        return Route.NONE
    return Route.REVIEW if context is Context.PROMOTING else Route.PROTECT
