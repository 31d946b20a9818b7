"""Every error of our own.

LachanError
├── InputError               what somebody gave us is wrong; the message says what to do
│   ├── QueryError           a search query that cannot be read; has a position
│   └── FieldError           one field of a form or a column of a file is wrong; has its name
├── RefusedError             a safeguard says no, for anybody
│   ├── TransitionError      the state tables do not allow this step
│   ├── PermissionDenied     this account may not do this
│   ├── SecondPersonNeeded   the same person may not do both halves
│   └── SourceRefused        this place may not be registered or fetched
├── ConflictError            somebody else was faster (a claim, a lease, a changed row)
├── NotFound                 no such case, notice, source ...
├── KeyDestroyed             the text is past its time; nobody can read it any more
├── Unavailable              the store cannot be reached or written now; what was committed is whole
└── Stopped                  the stop switch is on
"""

from __future__ import annotations


class LachanError(Exception):
    """The root: anything raised on purpose by this project."""


class InputError(LachanError):
    """What somebody gave us is wrong; the message says what to do."""


class QueryError(InputError):
    """A search query that cannot be read.

    `position` is the offset in code points, from 0, at which reading failed.
    """

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


class FieldError(InputError):
    """One field of a form, or one column of a file, is wrong; `field` is its name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class RefusedError(LachanError):
    """A safeguard says no, for anybody."""


class TransitionError(RefusedError):
    """The state tables do not allow this step."""


class PermissionDenied(RefusedError):
    """This account may not do this."""


class SecondPersonNeeded(RefusedError):
    """The same person may not do both halves."""


class SourceRefused(RefusedError):
    """This place may not be registered or fetched."""


class NotCheckable(SourceRefused):
    """A post of this kind cannot be looked at again from here; a person has to open it."""


class ConflictError(LachanError):
    """Somebody else was faster."""


class NotFound(LachanError):
    """No such thing."""


class KeyDestroyed(LachanError):
    """The key of this text was destroyed on its day; nobody can read it any more."""


class Unavailable(LachanError):
    """The store cannot be reached or written now; what was committed is whole."""


class Stopped(LachanError):
    """The stop switch is on."""
