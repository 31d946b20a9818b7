"""Which route needs which permission: one table, and nothing is served that is not in it.

The use cases check again; this table only keeps pages away from whom they are not for. `PUBLIC` answers without
log-in, `SIGNED_IN` for every account, a set of permissions for whoever holds one of them, `OUTSIDE` for whoever
is not signed in: people who work here do not report to themselves.
"""

from __future__ import annotations

from typing import Final

from lachan.domain.account import PERMISSIONS, Actor, Permission

_P = Permission
Needed = frozenset[Permission]

PUBLIC: Final[Needed | None] = None
SIGNED_IN: Final[Needed] = frozenset(Permission)
OUTSIDE: Final[Needed] = frozenset()
_READ: Final[Needed] = frozenset({_P.READ_REVIEW_QUEUE, _P.READ_PROTECT_QUEUE})
_DECIDE: Final[Needed] = frozenset({_P.DECIDE_REVIEW, _P.DECIDE_PROTECT})

#: The protection desk and the admins keep the directory of those who can help.
_DIRECTORY: Final[Needed] = frozenset({_P.DECIDE_PROTECT, _P.MANAGE_ACCOUNTS})

#: What letters may cite: admins end a clause, who approves and who audits reads.
_CLAUSES: Final[Needed] = frozenset({_P.MANAGE_CLAUSES, _P.APPROVE, _P.READ_AUDIT})


def _only(permission: Permission) -> Needed:
    return frozenset({permission})


#: `METHOD path` as the routers declare them.
ROUTES: Final[dict[str, Needed | None]] = {
    # without log-in
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /login": PUBLIC,
    "POST /login": PUBLIC,
    "GET /sso/start": PUBLIC,
    "GET /sso/callback": PUBLIC,
    "POST /sso/code": PUBLIC,
    "GET /training/enter": PUBLIC,
    "GET /appeal": PUBLIC,
    "POST /appeal": PUBLIC,
    "GET /public/sources": PUBLIC,
    "GET /report": PUBLIC,
    "POST /report": OUTSIDE,
    "GET /report/follow": PUBLIC,
    "POST /report/follow": PUBLIC,
    "POST /report/add": OUTSIDE,
    "POST /report/withdraw": PUBLIC,
    "GET /report/leave": PUBLIC,
    "POST /api/v1/reports": OUTSIDE,
    "POST /settings": PUBLIC,
    # every account
    "GET /": SIGNED_IN,
    "GET /help": SIGNED_IN,
    "GET /support": SIGNED_IN,
    "GET /training": SIGNED_IN,
    "GET /account": SIGNED_IN,
    "GET /account/keys": SIGNED_IN,
    "POST /account/keys": SIGNED_IN,
    "POST /account/sessions": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "POST /account/codes": SIGNED_IN,
    "POST /logout": SIGNED_IN,
    # queues
    "GET /queue/review": _only(_P.READ_REVIEW_QUEUE),
    "GET /queue/returned": _only(_P.READ_REVIEW_QUEUE),
    "POST /queue/review/next": _only(_P.DECIDE_REVIEW),
    "GET /queue/protect": _only(_P.READ_PROTECT_QUEUE),
    "POST /queue/protect/next": _only(_P.DECIDE_PROTECT),
    "POST /queue/review/let-in": _only(_P.DECIDE_REVIEW),
    "GET /queue/approvals": _only(_P.APPROVE),
    "GET /queue/mine": _DECIDE,
    "GET /queue/looking": _READ,
    "POST /queue/views": _READ,
    "POST /queue/views/{view_id}/remove": _READ,
    # cases
    "GET /cases/{case_id}": _READ,
    "POST /cases/{case_id}/look": _READ,
    "GET /cases/{case_id}/cluster": _only(_P.DECIDE_REVIEW),
    "POST /cases/{case_id}/cluster": _only(_P.DECIDE_REVIEW),
    "POST /clusters/{name}/undo": _only(_P.DECIDE_REVIEW),
    "POST /cases/{case_id}/claim": _DECIDE,
    "POST /cases/{case_id}/release": _DECIDE,
    "POST /cases/{case_id}/hold": _DECIDE,
    "POST /cases/{case_id}/escalate": _DECIDE,
    "POST /cases/{case_id}/answer": _READ,
    "POST /cases/{case_id}/undo": _DECIDE,
    "POST /cases/{case_id}/hand": _DECIDE,
    "GET /handover": _DECIDE,
    "POST /handover": _DECIDE,
    "POST /cases/{case_id}/resume": _DECIDE,
    "POST /cases/{case_id}/heartbeat": _DECIDE,
    "POST /cases/{case_id}/correct": _DECIDE,
    "POST /cases/{case_id}/reveal": _only(_P.DECIDE_REVIEW),
    "POST /cases/{case_id}/places": _only(_P.DECIDE_REVIEW),
    "POST /cases/{case_id}/decide": _only(_P.DECIDE_REVIEW),
    "POST /cases/{case_id}/check": _only(_P.APPROVE),
    "POST /cases/{case_id}/approve": _only(_P.APPROVE),
    "POST /cases/{case_id}/return": _only(_P.APPROVE),
    "POST /cases/{case_id}/disagree": _only(_P.APPROVE),
    "POST /cases/{case_id}/refuse": _only(_P.APPROVE),
    "POST /cases/{case_id}/refer": _only(_P.DECIDE_PROTECT),
    "POST /cases/{case_id}/dismiss": _only(_P.DECIDE_PROTECT),
    "POST /cases/{case_id}/protect": _only(_P.DECIDE_REVIEW),
    "POST /cases/{case_id}/speaker": _only(_P.DECIDE_PROTECT),
    "POST /cases/{case_id}/speaker/accept": _only(_P.APPROVE),
    "POST /cases/{case_id}/speaker/refuse": _only(_P.APPROVE),
    # referrals, notices, appeals
    "GET /referrals": _only(_P.READ_PROTECT_QUEUE),
    "POST /referrals/{referral_id}/act": _only(_P.DECIDE_PROTECT),
    "GET /directory": _DIRECTORY | _only(_P.READ_PROTECT_QUEUE),
    "GET /directory/{entry_id}": _DIRECTORY | _only(_P.READ_PROTECT_QUEUE),
    "POST /directory": _DIRECTORY,
    "POST /directory/{entry_id}/change": _DIRECTORY,
    "POST /directory/{entry_id}/verify": _DIRECTORY,
    "POST /directory/{entry_id}/retire": _DIRECTORY,
    "GET /notices": _only(_P.READ_NOTICES),
    "GET /notices/{notice_id}": _only(_P.READ_NOTICES),
    "GET /notices/{notice_id}/letter.html": _only(_P.READ_NOTICES),
    "GET /notices/{notice_id}/letter.docx": _only(_P.READ_NOTICES),
    "POST /notices/{notice_id}/act": _only(_P.RECORD_NOTICE),
    "GET /appeals": _only(_P.DECIDE_APPEAL),
    "GET /appeals/{appeal_id}": _only(_P.DECIDE_APPEAL),
    "POST /appeals/{appeal_id}/take": _only(_P.DECIDE_APPEAL),
    "POST /appeals/{appeal_id}/decide": _only(_P.DECIDE_APPEAL),
    # reports from people: who may read which is decided by the desk it lies at
    "GET /public-reports": _DECIDE,
    "POST /public-reports/next": _DECIDE,
    "GET /public-reports/ledger": _only(_P.READ_REPORTS),
    "GET /public-reports/ledger/file": _only(_P.READ_REPORTS),
    "GET /public-reports/{report_id}": _DECIDE,
    "POST /public-reports/{report_id}/read": _DECIDE,
    "POST /public-reports/{report_id}/release": _DECIDE,
    "POST /public-reports/{report_id}/hand-over": _DECIDE,
    "POST /public-reports/{report_id}/contact": _only(_P.DECIDE_PROTECT),
    "POST /public-reports/{report_id}/protect": _only(_P.DECIDE_PROTECT),
    "POST /public-reports/{report_id}/review": _DECIDE,
    "POST /public-reports/{report_id}/settle": _DECIDE,
    # on call
    "GET /oncall": _only(_P.READ_PROTECT_QUEUE) | _only(_P.MANAGE_ACCOUNTS),
    "POST /oncall/reach": _only(_P.DECIDE_PROTECT),
    "POST /oncall/{case_id}/answer": _only(_P.DECIDE_PROTECT),
    "POST /oncall/duties": _only(_P.MANAGE_ACCOUNTS),
    "POST /oncall/duties/{duty_id}/remove": _only(_P.MANAGE_ACCOUNTS),
    # search, reports, audit
    "GET /search": _only(_P.SEARCH),
    "GET /search/rising": _only(_P.SEARCH),
    "GET /search/places": _only(_P.SEARCH),
    "GET /search/table": _only(_P.SEARCH),
    "GET /search/similar/{case}": _only(_P.SEARCH),
    "GET /alerts": _only(_P.SEARCH),
    "POST /alerts": _only(_P.SEARCH),
    "POST /alerts/reach": _only(_P.SEARCH),
    "POST /alerts/{alert_id}/renew": _only(_P.SEARCH),
    "POST /alerts/{alert_id}/end": _only(_P.SEARCH),
    "GET /alerts/told/{bulletin_id}": _only(_P.SEARCH),
    "GET /reports": _only(_P.READ_REPORTS),
    "GET /reports/weekly": _only(_P.READ_REPORTS),
    "GET /reports/weekly/file": _only(_P.READ_REPORTS),
    "GET /audit": _only(_P.READ_AUDIT),
    "POST /audit/verify": _only(_P.READ_AUDIT),
    # administration
    "GET /admin/sources": _only(_P.MANAGE_SOURCES),
    "POST /admin/sources": _only(_P.MANAGE_SOURCES),
    "POST /admin/sources/{key}/confirm": _only(_P.MANAGE_SOURCES),
    "POST /admin/sources/{key}/resume": _only(_P.MANAGE_SOURCES),
    "POST /admin/sources/{key}/stop": _only(_P.STOP),
    "POST /admin/sources/{key}/budget": _only(_P.MANAGE_SOURCES),
    "GET /clauses": _CLAUSES,
    "GET /clauses/{clause}": _CLAUSES,
    "POST /clauses/{clause}/end": _only(_P.MANAGE_CLAUSES),
    "POST /clauses/{clause}/bring-back": _only(_P.MANAGE_CLAUSES),
    "POST /clauses/proposals/{proposal_id}/confirm": _only(_P.MANAGE_CLAUSES),
    "POST /clauses/proposals/{proposal_id}/refuse": _only(_P.MANAGE_CLAUSES),
    "GET /admin/accounts": _only(_P.MANAGE_ACCOUNTS),
    "POST /admin/accounts": _only(_P.MANAGE_ACCOUNTS),
    "POST /admin/accounts/{name}/close": _only(_P.MANAGE_ACCOUNTS),
    "POST /admin/accounts/{name}/leave": _only(_P.MANAGE_ACCOUNTS),
    "POST /admin/accounts/{name}/back": _only(_P.MANAGE_ACCOUNTS),
    "POST /admin/accounts/{name}/link": _only(_P.MANAGE_ACCOUNTS),
    "POST /admin/accounts/{name}/unlink": _only(_P.MANAGE_ACCOUNTS),
    "GET /stop": _only(_P.STOP),
    "POST /stop": _only(_P.STOP),
    "POST /stop/resume": _only(_P.MANAGE_SOURCES),
    # programmes read, they decide nothing
    "GET /api/v1/search": _only(_P.SEARCH),
    "GET /api/v1/queues": _READ | _only(_P.APPROVE),
    "GET /api/v1/openapi.json": PUBLIC,
}


def may(actor: Actor | None, route: str) -> bool:
    """Whether this actor (None: nobody signed in) may use the route; False for what is not in the table."""
    if route not in ROUTES:
        return False
    needed = ROUTES[route]
    if needed is None or (needed == OUTSIDE and actor is None):
        return True
    return actor is not None and not needed.isdisjoint(PERMISSIONS[actor.account.role])
