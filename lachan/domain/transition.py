"""State tables: what may follow what, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from lachan.domain.errors import TransitionError

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True)
class StateTable(Generic[S, A]):
    """A closed table `(state, act) -> state`; `name` is what messages call the thing."""

    name: str
    initial: S
    moves: Mapping[tuple[S, A], S]

    def step(self, state: S, act: A) -> S:
        """The state after `act`. Raises TransitionError for every pair that is not in the table."""
        try:
            return self.moves[state, act]
        except KeyError:
            allowed = ", ".join(sorted(a.value for s, a in self.moves if s is state)) or "nothing"
            raise TransitionError(
                f"{self.name} is {state.value}: {act.value} is not possible (possible: {allowed})"
            ) from None

    def acts(self, state: S) -> frozenset[A]:
        """What is possible in `state`."""
        return frozenset(act for at, act in self.moves if at is state)

    def final(self, state: S) -> bool:
        """True when nothing may follow."""
        return not self.acts(state)
