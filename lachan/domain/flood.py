"""The flood brake: one thread, or one source, that yields thousands of flags may not bury a child's cry.

A day lets so many cases of a thread, and so many of a source, into the queue. The rest is held back in order: kept,
counted, not shown one by one. The next days let in as many again; a person may let in more at any time. What is
urgent, and every case of the protection route, goes through at once and counts for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lachan.domain.taxonomy import Route

#: Cases a day (Asia/Ho_Chi_Minh). A thread is one conversation, and who has read twenty posts of it knows it; two
#: hundred cases are about what one officer can decide on in a day.
THREAD_BOUND: Final = 20
SOURCE_BOUND: Final = 200


@dataclass(frozen=True)
class Waiting:
    """How many cases of a source are held back, of how many threads, since when, and when the first text goes."""

    source: str
    cases: int
    threads: int
    since: datetime
    delete_text_at: datetime


@dataclass
class Gate:
    """What one source may still let in today. `thread` is a key, or "" where the page named none."""

    source_let_in: int = 0
    threads_let_in: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)  # by this gate, to be noted

    def room(self, thread: str) -> int:
        """How many more cases of this thread may go through."""
        left = SOURCE_BOUND - self.source_let_in
        if thread:
            left = min(left, THREAD_BOUND - self.threads_let_in[thread])
        return max(0, left)

    def admit(self, thread: str, route: Route, *, urgent: bool) -> bool:
        """Whether a new case goes through; True takes its place."""
        if goes_through(route, urgent=urgent):
            return True
        if not self.room(thread):
            return False
        self.take(thread, 1)
        return True

    def take(self, thread: str, amount: int) -> None:
        """Note that so many go through."""
        self.source_let_in += amount
        self.threads_let_in[thread] += amount
        self.opened[thread] += amount


def goes_through(route: Route, *, urgent: bool) -> bool:
    """What no brake ever holds: a child's cry, and whatever is urgent."""
    return urgent or route is Route.PROTECT


def share_out(gate: Gate, waiting: Mapping[str, Sequence[int]]) -> list[int]:
    """Which of the cases that wait (by thread, each in its order) go through now, within today's room."""
    chosen: list[int] = []
    for thread, cases in waiting.items():
        part = list(cases[: gate.room(thread)])
        gate.take(thread, len(part))
        chosen += part
    return chosen
