"""One's own keys: shown, changed, as delivered again."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.errors import InputError
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Visit
from review_ui.shortcuts import DEFAULT, Shortcut, keys_of, own_keys

router = APIRouter(include_in_schema=False)


@router.get("/account/keys")
def keys(visit: AtDesk) -> Response:
    return _show(visit, visit.keys)


@router.post("/account/keys")
def change(visit: AtDesk) -> Response:
    """Keep all of them or none: what is refused stands in the form again."""
    reset = visit.field("reset") == "1"
    given = dict(DEFAULT) if reset else {act: visit.field(act.value) for act in Shortcut}
    try:
        own = own_keys(given)
    except InputError as error:
        return _show(visit, given, error)
    with visit.desk.database.write() as unit:
        unit.own_keys.set(visit.person.name, own)
    visit.keys = keys_of(own)
    return visit.go("/account/keys?changed=1")


def _show(visit: Visit, given: dict[Shortcut, str], error: InputError | None = None) -> Response:
    return visit.page(
        "account_keys.html",
        status_of(error) if error else 200,
        given=given,
        delivered=DEFAULT,
        changed=visit.request.query_params.get("changed") == "1",
        refusal=visit.language.refusal(error) if error else "",
    )
