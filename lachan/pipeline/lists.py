"""Vetted lists: an issuer registered by two people, a list brought by one and confirmed by another.

Every step is an admin's, in a session proven by password and one-time code. The signature is checked when a list
comes, when it is confirmed, and each time it is read for the judge: an edited row finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import AuditEvent
from lachan.domain.errors import InputError, RefusedError, SecondPersonNeeded, TransitionError
from lachan.domain.vetted_list import Issuer, ListContent, ListState, VettedList, checked_name, read
from lachan.pipeline.ports import Clock, Database, Unit

#: (public key, signature, signed bytes) -> whether the signature fits.
VerifySignature = Callable[[bytes, bytes, bytes], bool]
#: Raises RefusedError where the terms occur in harmless texts, or the judge with this list flags a canary.
Trial = Callable[[ListContent], None]

KEY_BYTES: Final = 32


class Lists:
    """Which vetted lists the judge works with."""

    def __init__(self, database: Database, clock: Clock, verify: VerifySignature) -> None:
        self._database = database
        self._clock = clock
        self._verify = verify

    def propose_issuer(self, actor: Actor, name: str, public_key: bytes, expires_on: date) -> None:
        """Register a body's key; it counts once another admin confirmed it."""
        actor.require(Permission.MANAGE_SOURCES, interactive=True)
        if len(public_key) != KEY_BYTES:
            raise InputError(f"an Ed25519 public key has {KEY_BYTES} bytes")
        if expires_on < self._today():
            raise InputError("the key has expired: ask the issuer for the one in use")
        with self._database.write() as unit:
            unit.lists.add_issuer(Issuer(checked_name(name), public_key, expires_on, actor.name))
            self._log(unit, actor, "issuer:propose", f"issuer:{name}")

    def confirm_issuer(self, actor: Actor, name: str) -> None:
        """The second person's yes, after comparing the key with the body by another way."""
        actor.require(Permission.MANAGE_SOURCES, interactive=True)
        with self._database.write() as unit:
            issuer = unit.lists.issuer(name)
            _second(actor, issuer.state, issuer.proposed_by)
            unit.lists.save_issuer(replace(issuer, state=ListState.ACTIVE, confirmed_by=actor.name))
            self._log(unit, actor, "issuer:confirm", f"issuer:{name}")

    def remove_issuer(self, actor: Actor, name: str) -> None:
        """Trust a key no longer: at once, its lists with it."""
        actor.require(Permission.MANAGE_SOURCES, interactive=True)
        with self._database.write() as unit:
            unit.lists.issuer(name)
            for each in unit.lists.all():
                if each.issuer == name:
                    unit.lists.remove(each.name)
                    self._log(unit, actor, "list:remove", f"list:{each.name}")
            unit.lists.remove_issuer(name)
            self._log(unit, actor, "issuer:remove", f"issuer:{name}")

    def propose(self, actor: Actor, document: bytes, signature: bytes, trial: Trial) -> ListContent:
        """Bring a signed list; it finds nothing until another admin confirms it. A list of the same name is
        replaced by one issued later, and waits for two people again."""
        actor.require(Permission.MANAGE_SOURCES, interactive=True)
        content = read(document)
        new = VettedList(
            content.name, content.issuer, content.expires_on, document, signature, proposed_by=actor.name
        )
        with self._database.read() as unit:
            self._check(unit, new)
            known = {each.name: each for each in unit.lists.all()}
        before = known.get(content.name)
        if before is not None and read(before.document).issued_on >= content.issued_on:
            raise RefusedError(f"the list {content.name} is there already, issued on the same day or later")
        trial(content)
        with self._database.write() as unit:
            if before is not None:
                unit.lists.remove(content.name)
            unit.lists.add(new)
            self._log(unit, actor, "list:propose", f"list:{content.name}", new.digest)
        return content

    def confirm(self, actor: Actor, name: str, trial: Trial) -> None:
        """The second person's yes; signature, dates and trial once more."""
        actor.require(Permission.MANAGE_SOURCES, interactive=True)
        with self._database.read() as unit:
            found = unit.lists.get(name)
            _second(actor, found.state, found.proposed_by)
            self._check(unit, found)
        trial(read(found.document))
        with self._database.write() as unit:
            if unit.lists.get(name) != found:
                raise TransitionError(f"the list {name} changed meanwhile: look at it again")
            unit.lists.save(replace(found, state=ListState.ACTIVE, confirmed_by=actor.name))
            self._log(unit, actor, "list:confirm", f"list:{name}", found.digest)

    def remove(self, actor: Actor, name: str) -> None:
        """Use a list no longer: one person, at once; its entries are deleted."""
        actor.require(Permission.MANAGE_SOURCES, interactive=True)
        with self._database.write() as unit:
            unit.lists.get(name)
            unit.lists.remove(name)
            self._log(unit, actor, "list:remove", f"list:{name}")

    def active(self) -> list[ListContent]:
        """What the judge may use today. A list past its day, or whose issuer is no longer trusted, finds nothing;
        raises RefusedError for one whose bytes no longer fit its signature."""
        today = self._today()
        found = []
        with self._database.read() as unit:
            issuers = {issuer.name: issuer for issuer in unit.lists.issuers()}
            for each in unit.lists.all():
                issuer = issuers.get(each.issuer)
                if each.holds(today) and issuer is not None and issuer.trusted(today):
                    if not self._verify(issuer.public_key, each.signature, each.document):
                        raise RefusedError(f"the list {each.name} was changed: its signature does not fit")
                    found.append(read(each.document))
        return found

    def _check(self, unit: Unit, new: VettedList) -> None:
        issuer = next((each for each in unit.lists.issuers() if each.name == new.issuer), None)
        today = self._today()
        if issuer is None:
            raise RefusedError(f"nobody registered the issuer {new.issuer}: lachan lists issuer")
        if issuer.state is not ListState.ACTIVE:
            raise RefusedError(f"the issuer {new.issuer} waits for another admin to confirm it")
        if not issuer.trusted(today):
            raise RefusedError(f"the key of the issuer {new.issuer} has expired")
        if not self._verify(issuer.public_key, new.signature, new.document):
            raise RefusedError(f"the signature does not fit the list and the key of the issuer {new.issuer}")
        content = read(new.document)
        if content.issued_on > today:
            raise RefusedError("the list is issued on a day to come")
        if content.expires_on < today:
            raise RefusedError("the list has expired: ask its issuer for the one in use")

    def _today(self) -> date:
        return self._clock().date()

    def _log(self, unit: Unit, actor: Actor, action: str, subject: str, digest: str = "") -> None:
        details = {"sha256": digest} if digest else {}
        unit.audit.append(AuditEvent(self._clock(), actor.name, action, subject, details))


def _second(actor: Actor, state: ListState, proposed_by: str) -> None:
    if state is not ListState.PROPOSED:
        raise TransitionError("it is confirmed already")
    if proposed_by == actor.name:
        raise SecondPersonNeeded("another admin must confirm what you brought")
