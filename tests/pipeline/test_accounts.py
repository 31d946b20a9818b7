"""Who comes in, and who may set up whom."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pyotp
import pytest

from lachan.domain.account import PERMISSIONS, TOTP_ROLES, Actor, Permission, Role
from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError
from lachan.domain.taxonomy import Route
from lachan.pipeline.accounts import SignInFailed, handle_of
from tests.world import PASSWORD, World


@pytest.mark.parametrize("role", Role)
def test_every_role_signs_in(world: World, role: Role) -> None:
    actor = world.sign_in("admin" if role is Role.ADMIN else role.value)
    assert actor.interactive
    assert actor.account.role is role


def test_a_code_works_once_and_drifts_one_step(world: World) -> None:
    secret = world.logins["officer"].totp_secret
    assert secret is not None
    code = pyotp.TOTP(secret).at(world.clock())
    world.clock.move(seconds=30)
    world.accounts.sign_in("officer", PASSWORD, code)
    with pytest.raises(SignInFailed):
        world.accounts.sign_in("officer", PASSWORD, code)
    world.clock.move(seconds=90)
    with pytest.raises(SignInFailed):
        world.accounts.sign_in("officer", PASSWORD, code)


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("officer", "sai-mat-khau-nay-nhe", "000000"),
        ("officer", PASSWORD, None),
        ("officer", PASSWORD, "abc"),
        ("officer", PASSWORD, "１２３４５６"),
        ("khong-co", PASSWORD, None),
    ],
)
def test_what_is_wrong_is_not_said(world: World, name: str, password: str, code: str | None) -> None:
    with pytest.raises(SignInFailed, match="name, password or code"):
        world.accounts.sign_in(name, password, code)


def test_five_failures_lock_for_a_quarter_of_an_hour(world: World) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailed):
            world.accounts.sign_in("officer", "sai-mat-khau-nay-nhe", None)
    with pytest.raises(SignInFailed):
        world.sign_in("officer")
    world.clock.move(minutes=16)
    assert world.sign_in("officer").name == "officer"


def test_a_session_ends(world: World) -> None:
    token, _ = world.accounts.sign_in("analyst", PASSWORD, None)
    assert world.accounts.actor(token) is not None
    world.clock.move(hours=11)
    assert world.accounts.actor(token) is None
    token, _ = world.accounts.sign_in("analyst", PASSWORD, None)
    world.accounts.sign_out(token)
    assert world.accounts.actor(token) is None
    token, _ = world.accounts.sign_in("analyst", PASSWORD, None)
    world.accounts.close(world.actor("admin"), "analyst")
    assert world.accounts.actor(token) is None
    with pytest.raises(PermissionDenied):
        world.accounts.named("analyst")


def test_the_first_admin_makes_no_approver(world: World) -> None:
    with pytest.raises(RefusedError, match="second admin"):
        world.accounts.create(world.actor("admin"), "moi", Role.APPROVER, PASSWORD)
    assert world.accounts.create(world.actor("admin2"), "moi", Role.APPROVER, PASSWORD).totp_secret


def test_there_is_one_first_admin(world: World) -> None:
    with pytest.raises(RefusedError):
        world.accounts.first_admin("khac", PASSWORD)


def test_bad_names_and_passwords(world: World) -> None:
    admin = world.actor("admin")
    with pytest.raises(InputError, match="latin"):
        world.accounts.create(admin, "cán bộ", Role.OFFICER, PASSWORD)
    with pytest.raises(InputError, match="12"):
        world.accounts.create(admin, "moi", Role.OFFICER, "ngan")
    with pytest.raises(ConflictError):
        world.accounts.create(admin, "officer", Role.OFFICER, PASSWORD)
    with pytest.raises(PermissionDenied):
        world.accounts.create(world.actor("officer"), "moi", Role.OFFICER, PASSWORD)
    with pytest.raises(RefusedError):
        world.accounts.close(admin, "admin")


def test_admins_decide_nothing_and_deciders_sign_in_with_a_code() -> None:
    deciding = {Permission.DECIDE_REVIEW, Permission.APPROVE, Permission.DECIDE_PROTECT}
    deciding |= {Permission.DECIDE_APPEAL, Permission.READ_REVIEW_QUEUE, Permission.READ_PROTECT_QUEUE}
    assert PERMISSIONS[Role.ADMIN].isdisjoint(deciding | {Permission.SEARCH})
    for role, may in PERMISSIONS.items():
        if may & deciding:
            assert role in TOTP_ROLES
        assert not {Permission.DECIDE_REVIEW, Permission.APPROVE} <= may


# --- Leave ---
def test_leave_ends_sessions_and_gives_claims_back_at_once(world: World) -> None:
    claimed, held = (
        world.case_of(f"[{c}] một bài rất khác, số {c}") for c in ("selfharm", "drugs_to_minors")
    )
    token, officer = sign_in(world, "officer")
    for case in (claimed, held):
        world.review.claim(officer, case)
    world.review.hold(officer, held)
    admin, until = world.actor("admin"), world.clock() + timedelta(days=3)
    world.accounts.leave(admin, "officer", until)
    assert world.accounts.actor(token) is None
    with world.database.read() as unit:
        assert {unit.cases.get(case).state for case in (claimed, held)} == {CaseState.OPEN}
    with pytest.raises(SignInFailed):
        world.sign_in("officer")
    assert world.review.colleagues(world.actor("officer2"), Route.REVIEW) == []
    world.clock.move(days=3)
    assert world.sign_in("officer").name == "officer"
    world.accounts.leave(admin, "officer", world.clock() + timedelta(days=30))
    world.accounts.come_back(admin, "officer")
    world.clock.move(minutes=1)
    assert world.sign_in("officer").name == "officer"


def test_leave_has_its_bounds(world: World) -> None:
    admin, day = world.actor("admin"), timedelta(days=1)
    with pytest.raises(PermissionDenied):
        world.accounts.leave(world.actor("officer"), "officer2", world.clock() + day)
    with pytest.raises(RefusedError):
        world.accounts.leave(admin, "admin", world.clock() + day)
    for until in (world.clock(), world.clock() - day, world.clock() + 400 * day):
        with pytest.raises(InputError):
            world.accounts.leave(admin, "officer", until)


def test_a_closed_account_gives_its_claims_back_at_once(world: World) -> None:
    case = world.case_of("[drugs_to_minors] một bài rao bán trước cổng trường")
    world.review.claim(world.actor("officer"), case)
    world.accounts.close(world.actor("admin"), "officer")
    with world.database.read() as unit:
        assert unit.cases.get(case).state is CaseState.OPEN


# --- One's own account ---
def sign_in(world: World, name: str) -> tuple[str, Actor]:
    secret = world.logins[name].totp_secret
    world.clock.move(seconds=31)
    return world.accounts.sign_in(name, PASSWORD, pyotp.TOTP(secret).at(world.clock()) if secret else None)


def test_who_was_seen_is_on_duty_for_half_an_hour(world: World) -> None:
    token, _ = sign_in(world, "officer")
    world.clock.move(minutes=29)
    assert [account.name for account in world.accounts.on_duty()] == ["officer"]
    world.accounts.actor(token)
    world.clock.move(minutes=29)
    assert [account.name for account in world.accounts.on_duty()] == ["officer"]
    world.clock.move(minutes=2)
    assert world.accounts.on_duty() == []


def test_a_new_password_ends_every_other_session(world: World) -> None:
    other, _ = sign_in(world, "officer")
    token, officer = sign_in(world, "officer")
    with pytest.raises(SignInFailed):
        world.accounts.change_password(officer, token, "sai-mat-khau-nay-nhe", "mot cau khac that dai")
    with pytest.raises(InputError):
        world.accounts.change_password(officer, token, PASSWORD, PASSWORD)
    world.accounts.change_password(officer, token, PASSWORD, "mot cau khac that dai")
    assert world.accounts.actor(other) is None
    assert world.accounts.actor(token) is not None
    with pytest.raises(SignInFailed):
        sign_in(world, "officer")


def test_guessing_the_password_inside_a_session_locks_too(world: World) -> None:
    _, officer = sign_in(world, "officer")
    for _ in range(5):
        with pytest.raises(SignInFailed):
            world.accounts.recovery_codes(officer, "sai-mat-khau-nay-nhe")
    with pytest.raises(SignInFailed):
        world.accounts.recovery_codes(officer, PASSWORD)


def test_a_recovery_code_stands_once_for_the_telephone(world: World) -> None:
    _, officer = sign_in(world, "officer")
    old = world.accounts.recovery_codes(officer, PASSWORD)
    codes = world.accounts.recovery_codes(officer, PASSWORD)
    assert len(set(codes)) == 8 and set(codes).isdisjoint(old)
    with pytest.raises(SignInFailed):
        world.accounts.sign_in("officer", PASSWORD, old[0])
    with pytest.raises(SignInFailed):
        world.accounts.sign_in("officer", "sai-mat-khau-nay-nhe", codes[0])
    _, actor = world.accounts.sign_in("officer", PASSWORD, f" {codes[0].lower()} ")
    assert actor.interactive
    with pytest.raises(SignInFailed):
        world.accounts.sign_in("officer", PASSWORD, codes[0])
    with pytest.raises(SignInFailed):
        world.accounts.sign_in("officer2", PASSWORD, codes[1])
    with pytest.raises(RefusedError):
        world.accounts.recovery_codes(world.actor("analyst"), PASSWORD)
    with world.database.read() as unit:
        actions = [item.event.action for item in unit.audit.of_subject("account:officer")]
    assert actions.count("account:recover") == 1


def test_a_session_of_ones_own_is_ended_from_another_place(world: World) -> None:
    other, _ = sign_in(world, "officer")
    _, officer = sign_in(world, "officer")
    stranger, _ = sign_in(world, "officer2")
    rows = world.accounts.sessions(officer)
    assert len(rows) == 2
    for handle in (rows[1].handle, handle_of(stranger)):
        world.accounts.end_session(officer, handle)
    assert world.accounts.actor(other) is None
    assert world.accounts.actor(stranger) is not None, "not one's own"


def test_an_unknown_name_costs_what_a_wrong_password_costs() -> None:
    """In a process of its own: other tests make hashing cheap in this one."""
    code = (
        "from argon2 import PasswordHasher, extract_parameters\n"
        "from lachan.pipeline import accounts\n"
        "assert extract_parameters(accounts._NOBODY) == extract_parameters(PasswordHasher().hash('x'))\n"
        "assert not accounts._verify(accounts._NOBODY, '')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
