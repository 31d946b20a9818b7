"""Single sign-on: one answer counts once, in one browser; accounts and roles come from here alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pyotp
import pytest

from lachan.domain.account import Actor
from lachan.domain.errors import ConflictError, InputError, PermissionDenied, RefusedError
from lachan.pipeline.accounts import SignInFailed
from lachan.pipeline.sso import Arrived, Identity, SingleSignOn, UnknownIdentity
from tests.world import PASSWORD, World

ISSUER = "https://login.example"


@dataclass
class Desk:
    """An IdentityProvider that says what the test wants."""

    issuer: str = ISSUER
    identity: Identity = field(default_factory=lambda: Identity(ISSUER, "s-1"))
    down: bool = False
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def authorization_url(self, state: str, nonce: str, challenge: str) -> str:
        if self.down:
            raise OSError("down")
        self.asked.append((state, nonce, challenge))
        return f"{ISSUER}/authorize?state={state}"

    def proven(self, code: str, verifier: str, nonce: str) -> Identity:
        if self.down:
            raise OSError("down")
        assert nonce == self.asked[-1][1]
        return self.identity

    def logout_url(self) -> str | None:
        return None


@pytest.fixture
def provider() -> Desk:
    return Desk()


@pytest.fixture
def sso(world: World, provider: Desk) -> SingleSignOn:
    return SingleSignOn(
        world.database, world.clock, world.accounts, provider, second_factors=frozenset({"mfa", "loa3"})
    )


def arrive(sso: SingleSignOn, provider: Desk, next_path: str = "/") -> Arrived:
    begun = sso.begin(next_path)
    return sso.finish(provider.asked[-1][0], begun.browser, "code")


def linked(world: World, sso: SingleSignOn, provider: Desk, name: str, *methods: str) -> None:
    """Whom the provider vouches for next is `name`."""
    sso.link(world.actor("admin2" if name != "admin2" else "admin"), name, f"s-{name}")
    provider.identity = Identity(ISSUER, f"s-{name}", frozenset(methods))


def actions(world: World) -> list[str]:
    with world.database.read() as unit:
        return [link.event.action for link in unit.audit.links()]


def test_a_linked_person_comes_in_with_the_role_of_the_account(
    world: World, sso: SingleSignOn, provider: Desk
) -> None:
    linked(world, sso, provider, "analyst")
    arrived = arrive(sso, provider, "/search")
    assert arrived.token and arrived.next_path == "/search"
    actor = world.accounts.actor(arrived.token)
    assert actor == Actor(world.logins["analyst"].account, interactive=True)
    assert actions(world)[-1] == "account:sso"


def test_nobody_unknown_comes_in_and_no_account_is_made(
    world: World, sso: SingleSignOn, provider: Desk
) -> None:
    with world.database.read() as unit:
        before = unit.accounts.all()
    provider.identity = Identity(ISSUER, "somebody else", frozenset({"mfa"}))
    with pytest.raises(UnknownIdentity) as refused:
        arrive(sso, provider)
    assert refused.value.subject == "somebody else"
    with world.database.read() as unit:
        assert unit.accounts.all() == before
    assert actions(world)[-1] == "account:sso_unknown"


def test_the_same_subject_of_another_issuer_is_somebody_else(
    world: World, sso: SingleSignOn, provider: Desk
) -> None:
    linked(world, sso, provider, "analyst")
    provider.identity = replace(provider.identity, issuer="https://other.example")
    with pytest.raises(UnknownIdentity):
        arrive(sso, provider)


def test_an_answer_counts_once_in_one_browser_for_ten_minutes(
    world: World, sso: SingleSignOn, provider: Desk
) -> None:
    linked(world, sso, provider, "analyst")
    begun = sso.begin("/")
    state = provider.asked[-1][0]
    for stolen in ("", "another browser"):
        with pytest.raises(SignInFailed, match="another browser"):
            sso.finish(state, stolen, "code")
    assert sso.finish(state, begun.browser, "code").token
    with pytest.raises(SignInFailed, match="was used"):
        sso.finish(state, begun.browser, "code")
    begun = sso.begin("/")
    world.clock.move(minutes=11)
    with pytest.raises(SignInFailed, match="ten minutes"):
        sso.finish(provider.asked[-1][0], begun.browser, "code")


@pytest.mark.parametrize("role", ["officer", "approver", "protection_officer", "admin"])
def test_who_decides_gives_a_second_factor(
    world: World, sso: SingleSignOn, provider: Desk, role: str
) -> None:
    linked(world, sso, provider, role, "pwd", "loa1")
    arrived = arrive(sso, provider, "/x")
    assert arrived.token is None and arrived.pending
    with pytest.raises(SignInFailed):
        sso.second(arrived.pending, "000000")
    secret = world.logins[role].totp_secret
    assert secret
    done = sso.second(arrived.pending, pyotp.TOTP(secret).at(world.clock()))
    assert done.token and done.next_path == "/x"
    with pytest.raises(SignInFailed, match="was used"):
        sso.second(arrived.pending, pyotp.TOTP(secret).at(world.clock()))
    provider.identity = replace(provider.identity, methods=frozenset({"pwd", "mfa"}))
    assert arrive(sso, provider).token


def test_a_ticket_for_the_provider_is_none_for_our_code(sso: SingleSignOn, provider: Desk) -> None:
    begun = sso.begin("/")
    with pytest.raises(SignInFailed, match="begin again"):
        sso.second(f"{provider.asked[-1][0]}.{begun.browser}", "000000")


def test_wrong_codes_lock_the_account_and_end_the_ticket(
    world: World, sso: SingleSignOn, provider: Desk
) -> None:
    linked(world, sso, provider, "officer")
    pending = arrive(sso, provider).pending
    assert pending
    for _ in range(5):
        with pytest.raises(SignInFailed):
            sso.second(pending, "000000")
    secret = world.logins["officer"].totp_secret
    assert secret
    with pytest.raises(SignInFailed, match="was used"):
        sso.second(pending, pyotp.TOTP(secret).at(world.clock()))
    provider.identity = replace(provider.identity, methods=frozenset({"mfa"}))
    with pytest.raises(SignInFailed, match="locked"):
        arrive(sso, provider)


def test_closed_and_away_stay_outside(world: World, sso: SingleSignOn, provider: Desk) -> None:
    linked(world, sso, provider, "analyst")
    world.accounts.leave(world.actor("admin"), "analyst", world.clock() + timedelta(days=1))
    with pytest.raises(SignInFailed):
        arrive(sso, provider)
    world.accounts.come_back(world.actor("admin"), "analyst")
    assert arrive(sso, provider).token
    world.accounts.close(world.actor("admin"), "analyst")
    with pytest.raises(SignInFailed):
        arrive(sso, provider)


def test_only_admins_link_and_not_themselves_nor_the_first_one_an_approver(
    world: World, sso: SingleSignOn
) -> None:
    for name in ("officer", "approver", "auditor"):
        with pytest.raises(PermissionDenied):
            sso.link(world.actor(name), "analyst", "s-9")
    with pytest.raises(RefusedError, match="own account"):
        sso.link(world.actor("admin"), "admin", "s-9")
    with pytest.raises(RefusedError, match="first admin"):
        sso.link(world.actor("admin"), "approver", "s-9")
    for subject in ("", "  ", "x" * 256, "a\nb"):
        with pytest.raises(InputError):
            sso.link(world.actor("admin"), "analyst", subject)
    sso.link(world.actor("admin"), "analyst", "s-9")
    with pytest.raises(ConflictError):
        sso.link(world.actor("admin"), "auditor", "s-9")


def test_linking_and_unlinking_end_sessions(world: World, sso: SingleSignOn, provider: Desk) -> None:
    token, _ = world.accounts.sign_in("analyst", PASSWORD, None)
    linked(world, sso, provider, "analyst")
    assert world.accounts.actor(token) is None
    fresh = arrive(sso, provider).token
    assert fresh
    sso.unlink(world.actor("admin"), "analyst")
    assert world.accounts.actor(fresh) is None
    with pytest.raises(UnknownIdentity):
        arrive(sso, provider)


def test_a_provider_that_is_down_is_said_and_nothing_is_left(
    world: World, sso: SingleSignOn, provider: Desk
) -> None:
    provider.down = True
    with pytest.raises(SignInFailed, match="cannot be reached"):
        sso.begin("/")
    provider.down = False
    begun = sso.begin("/")
    provider.down = True
    with pytest.raises(SignInFailed, match="cannot be reached"):
        sso.finish(provider.asked[-1][0], begun.browser, "code")


def test_with_passwords_off_the_break_glass_admin_alone_has_one(world: World, provider: Desk) -> None:
    def house(name: str | None) -> SingleSignOn:
        return SingleSignOn(
            world.database, world.clock, world.accounts, provider, local=False, break_glass=name
        )

    assert house("admin").may_use_password("admin")
    for name in ("admin2", "officer", "approver", "nobody", ""):
        assert not house("admin").may_use_password(name)
    assert not house("officer").may_use_password("officer"), "an admin, nobody else"
    assert not house("nobody").may_use_password("nobody")
    world.accounts.close(world.actor("admin2"), "admin")
    assert not house("admin").may_use_password("admin")
