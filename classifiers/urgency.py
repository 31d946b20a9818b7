"""Whether a text names imminent danger: the named rules alone, without the model, for reports that people write."""

from __future__ import annotations

from classifiers.evidence import find
from classifiers.normalise import normalise_text


def names_danger(text: str) -> bool:
    """A day soon, a weapon, an abuser near, a wish to die. It orders a queue and decides nothing, so the model is
    not asked: in doubt, the report stands first."""
    return bool(find(normalise_text(text)).dangers)
