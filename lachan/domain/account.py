"""Accounts, roles and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from lachan.domain.errors import PermissionDenied


class Role(StrEnum):
    """Six roles; an account has exactly one, so an admin holds no other."""

    OFFICER = "officer"
    APPROVER = "approver"
    PROTECTION_OFFICER = "protection_officer"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What can be done."""

    READ_REVIEW_QUEUE = "read_review_queue"
    DECIDE_REVIEW = "decide_review"
    APPROVE = "approve"
    READ_PROTECT_QUEUE = "read_protect_queue"
    DECIDE_PROTECT = "decide_protect"
    READ_NOTICES = "read_notices"
    RECORD_NOTICE = "record_notice"
    DECIDE_APPEAL = "decide_appeal"
    SEARCH = "search"
    READ_REPORTS = "read_reports"
    READ_AUDIT = "read_audit"
    MANAGE_SOURCES = "manage_sources"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_MODELS = "manage_models"
    MANAGE_CLAUSES = "manage_clauses"
    STOP = "stop"


_P = Permission
PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.OFFICER: frozenset(
        {
            _P.READ_REVIEW_QUEUE,
            _P.DECIDE_REVIEW,
            _P.READ_NOTICES,
            _P.RECORD_NOTICE,
            _P.SEARCH,
            _P.READ_REPORTS,
            _P.STOP,
        }
    ),
    Role.APPROVER: frozenset(
        {
            _P.READ_REVIEW_QUEUE,
            _P.APPROVE,
            _P.READ_NOTICES,
            _P.RECORD_NOTICE,
            _P.DECIDE_APPEAL,
            _P.SEARCH,
            _P.READ_REPORTS,
            _P.STOP,
        }
    ),
    Role.PROTECTION_OFFICER: frozenset({_P.READ_PROTECT_QUEUE, _P.DECIDE_PROTECT, _P.READ_REPORTS, _P.STOP}),
    Role.ANALYST: frozenset({_P.SEARCH, _P.READ_REPORTS}),
    Role.AUDITOR: frozenset({_P.READ_AUDIT, _P.READ_REPORTS, _P.READ_NOTICES}),
    Role.ADMIN: frozenset(
        {_P.MANAGE_SOURCES, _P.MANAGE_ACCOUNTS, _P.MANAGE_MODELS, _P.MANAGE_CLAUSES, _P.STOP}
    ),
}

#: Roles that must sign in with a time-based one-time password.
TOTP_ROLES: Final = frozenset({Role.OFFICER, Role.APPROVER, Role.PROTECTION_OFFICER, Role.ADMIN})


@dataclass(frozen=True)
class Account:
    """A person who works here. `name` is the log-in and what the audit log writes."""

    name: str
    role: Role
    active: bool = True
    created_by: str | None = None
    away_until: datetime | None = None  # on leave: does not sign in before this

    def away(self, now: datetime) -> bool:
        return self.away_until is not None and now < self.away_until


@dataclass(frozen=True)
class Actor:
    """Who acts, and how they came in.

    `interactive` is true only for a desk session that passed password and one-time password; decisions and
    approvals need it, and no token, command or import has it.
    """

    account: Account
    interactive: bool = False

    @property
    def name(self) -> str:
        return self.account.name

    def require(self, permission: Permission, *, interactive: bool = False) -> None:
        """Raises PermissionDenied unless this actor may do it, in this way."""
        if not self.account.active:
            raise PermissionDenied(f"the account {self.name} is closed")
        if permission not in PERMISSIONS[self.account.role]:
            raise PermissionDenied(f"{self.account.role.value} may not {permission.value}")
        if interactive and not self.interactive:
            raise PermissionDenied("a decision needs a person signed in at the desk")
