"""The chain: whole as written, broken by any change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.audit import GENESIS, AuditEvent, AuditLink, link, sign, verify

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DETAILS = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=10), max_size=3
)


@st.composite
def chains(draw: st.DrawFn) -> list[AuditLink]:
    links: list[AuditLink] = []
    previous = GENESIS
    for number in range(1, draw(st.integers(1, 8)) + 1):
        event = AuditEvent(
            START + timedelta(seconds=number),
            draw(st.text(max_size=8)),
            draw(st.sampled_from(["case:claim", "case:decide"])),
            draw(st.text(max_size=8)),
            draw(DETAILS),
        )
        links.append(link(event, number, previous))
        previous = links[-1].hash
    return links


@given(chains())
def test_whole_as_written(chain: list[AuditLink]) -> None:
    verdict = verify(chain, head=(chain[-1].sequence, chain[-1].hash))
    assert verdict.broken_at is None
    assert verdict.count == len(chain)


@given(chains(), st.data())
def test_a_changed_event_shows_at_its_place(chain: list[AuditLink], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    forged = replace(chain[at], event=replace(chain[at].event, actor=chain[at].event.actor + "x"))
    assert verify([*chain[:at], forged, *chain[at + 1 :]]).broken_at == at + 1


@given(chains(), st.data())
def test_a_missing_event_shows(chain: list[AuditLink], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    head = (chain[-1].sequence, chain[-1].hash)
    assert verify([*chain[:at], *chain[at + 1 :]], head=head).broken_at is not None


@given(chains(), st.data())
def test_a_forger_who_rehashes_is_caught_by_the_head(chain: list[AuditLink], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    forged = list(chain[:at])
    previous = forged[-1].hash if forged else GENESIS
    for item in chain[at:]:
        event = replace(item.event, subject=item.event.subject + "!") if item is chain[at] else item.event
        forged.append(link(event, item.sequence, previous))
        previous = forged[-1].hash
    assert verify(forged).broken_at is None
    assert verify(forged, head=(chain[-1].sequence, chain[-1].hash)).broken_at is not None


@given(chains(), st.data())
def test_pruned_behind_a_checkpoint(chain: list[AuditLink], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    key = b"k" * 32
    checkpoint = sign(chain[at].sequence, chain[at].hash, START, key)
    rest = chain[at + 1 :]
    assert verify(rest, checkpoint=checkpoint, key=key).count == len(rest)
    assert verify(rest, checkpoint=replace(checkpoint, hash="0" * 64), key=key).broken_at is not None
    assert verify(rest, checkpoint=checkpoint, key=b"x" * 32).broken_at is not None
