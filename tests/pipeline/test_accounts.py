"""Who comes in, and who may set up whom."""

from __future__ import annotations

import pyotp
import pytest

from lachan.domain.account import PERMISSIONS, TOTP_ROLES, Permission, Role
from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError
from lachan.pipeline.accounts import SignInFailed
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
