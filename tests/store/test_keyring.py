"""The key ring: properties, files, many processes."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.domain.errors import InputError, KeyDestroyed, LachanError
from lachan.store.keyring import FileKeyRing
from tests.store.samples import DAY, HOUR, NOW

SHARED = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.fixture
def ring(tmp_path: Path) -> FileKeyRing:
    return FileKeyRing(tmp_path / "keys" / "ring.json")


def path_of(ring: FileKeyRing) -> Path:
    return ring._path


@SHARED
@given(clear=st.text(), until=MOMENTS, purpose=st.sampled_from(["text", "inbox", "frontier"]))
def test_what_is_sealed_opens_until_its_hour_has_passed(
    ring: FileKeyRing, clear: str, until: datetime, purpose: str
) -> None:
    sealed = ring.seal(clear, until, purpose=purpose)
    assert ring.open(sealed) == clear
    ring.destroy_due(until - timedelta(microseconds=1))
    assert ring.open(sealed) == clear
    ring.destroy_due(until + HOUR)
    with pytest.raises(KeyDestroyed):
        ring.open(sealed)
    with pytest.raises(KeyDestroyed):
        FileKeyRing(path_of(ring)).open(sealed)


@SHARED
@given(clear=st.text(min_size=1), at=st.integers(0, 10_000))
def test_a_changed_byte_never_opens(ring: FileKeyRing, clear: str, at: int) -> None:
    sealed = bytearray(ring.seal(clear, NOW + DAY, purpose="text"))
    sealed[at % len(sealed)] ^= 1
    with pytest.raises(LachanError):
        ring.open(bytes(sealed))


@SHARED
@given(cut=st.integers(0, 60))
def test_a_cut_text_never_opens(ring: FileKeyRing, cut: int) -> None:
    sealed = ring.seal("một bài viết", NOW + DAY, purpose="text")
    with pytest.raises(LachanError):
        ring.open(sealed[: min(cut, len(sealed) - 1)])


def test_texts_of_an_hour_share_a_key_and_never_a_nonce(ring: FileKeyRing) -> None:
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    on_the_hour = ring.seal("a", hour, purpose="text")
    after = [ring.seal("a", hour + timedelta(minutes=m, microseconds=1), purpose="text") for m in (0, 20, 59)]
    assert b"text/2026-11-22T09" in on_the_hour
    assert all(b"text/2026-11-22T10" in sealed for sealed in after)
    assert len(set(after)) == 3
    assert set(json.loads(path_of(ring).read_text())["keys"]) == {"text/2026-11-22T09", "text/2026-11-22T10"}


def test_a_new_key_for_a_past_hour_does_not_open_the_old_texts(ring: FileKeyRing) -> None:
    old = ring.seal("a", NOW, purpose="text")
    ring.destroy_due(NOW + HOUR)
    new = ring.seal("b", NOW, purpose="text")
    assert ring.open(new) == "b"
    with pytest.raises(KeyDestroyed):
        ring.open(old)


def test_destroyed_keys_leave_the_file_and_its_old_bytes(ring: FileKeyRing) -> None:
    ring.seal("a", NOW, purpose="text")
    kept = ring.seal("b", NOW + DAY, purpose="text")
    path = path_of(ring)
    gone = json.loads(path.read_text())["keys"]["text/2026-11-22T10"]
    with path.open("rb") as old:  # still the replaced file, as a disk recovery would find it
        assert ring.destroy_due(NOW + HOUR) == 1
        assert set(old.read()) == {0}
    assert gone not in path.read_text()
    assert gone not in repr(vars(ring))
    assert ring.destroy_due(NOW + HOUR) == 0
    assert ring.open(kept) == "b"


def test_what_a_killed_process_left_goes_at_the_next_change(ring: FileKeyRing) -> None:
    ring.seal("a", NOW, purpose="text")
    path = path_of(ring)
    left = path.with_name(f"{path.name}.4711.0badcafe.new")
    left.write_bytes(path.read_bytes())
    with left.open("rb") as old:
        ring.destroy_due(NOW + HOUR)
        assert set(old.read()) == {0}
    assert not left.exists()


def test_lasting_values_outlive_every_date(ring: FileKeyRing) -> None:
    sealed = ring.seal_lasting("bí mật thử")
    secret = ring.secret("audit")
    ring.destroy_due(NOW + 5000 * DAY)
    again = FileKeyRing(path_of(ring))
    assert again.open(sealed) == "bí mật thử"
    assert again.secret("audit") == secret != again.secret("sessions")
    assert len(secret) == 32


def test_source_secrets_live_for_two_months(ring: FileKeyRing) -> None:
    november = ring.source_secret("a", "2026-11")
    assert ring.source_secret("a", "2026-11") == november
    assert len({november, ring.source_secret("b", "2026-11"), ring.source_secret("a", "2026-12")}) == 3
    assert ring.destroy_due(datetime(2026, 12, 31, 23, tzinfo=UTC)) == 0
    assert ring.source_secret("a", "2026-11") == november
    assert ring.destroy_due(datetime(2027, 1, 1, tzinfo=UTC)) == 2
    assert ring.source_secret("a", "2026-11") != november
    with pytest.raises(InputError):
        ring.source_secret("a", "November")


def test_bad_purposes_and_naive_moments_are_refused(ring: FileKeyRing) -> None:
    for purpose in ("", "a/b", "Text", "x" * 41):
        with pytest.raises(InputError):
            ring.seal("a", NOW, purpose=purpose)
    with pytest.raises(InputError):
        ring.seal("a", NOW.replace(tzinfo=None), purpose="text")


def test_the_file_is_private_and_its_loss_is_said(ring: FileKeyRing) -> None:
    assert ring.identity(create=False) is None
    assert not path_of(ring).exists()
    assert ring.destroy_due(NOW) == 0
    name = ring.identity(create=True)
    assert FileKeyRing(path_of(ring)).identity(create=False) == name
    path = path_of(ring)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(item.name for item in path.parent.iterdir()) == ["ring.json", "ring.json.lock"]
    path.unlink()
    for act in (
        lambda: ring.secret("audit"),
        lambda: ring.seal("a", NOW, purpose="text"),
        lambda: ring.destroy_due(NOW),
    ):
        with pytest.raises(InputError, match="put it back"):
            act()
    assert not path.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"format": 9}', "\0" * 40])
def test_a_damaged_file_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ring.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(InputError):
        FileKeyRing(path).secret("audit")
    assert path.read_text() == content


def test_a_file_that_anybody_can_read_is_refused(ring: FileKeyRing) -> None:
    ring.secret("audit")
    path_of(ring).chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        FileKeyRing(path_of(ring)).secret("audit")


def test_a_place_that_will_not_do_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be read"):
        FileKeyRing(tmp_path / "file" / "ring.json").secret("audit")
    with pytest.raises(LachanError, match="cannot be written"):
        FileKeyRing(Path("/proc/nowhere/ring.json")).secret("audit")


WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from lachan.store.keyring import FileKeyRing
ring, number = FileKeyRing(Path(sys.argv[1])), int(sys.argv[2])
start = datetime(2026, 11, 22, tzinfo=UTC)
print(ring.identity(create=True))
for hour in range(12):
    ring.secret(f"of-{number}-{hour}")
    print(ring.seal(f"{number}-{hour}", start + timedelta(hours=hour), purpose="text").hex())
"""


def test_many_processes_share_one_ring(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ring.json"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(number)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        for number in range(4)
    ]
    printed = [child.communicate()[0].split() for child in children]
    assert [child.returncode for child in children] == [0] * 4
    ring = FileKeyRing(path)
    for number, (name, *sealed) in enumerate(printed):
        assert name == ring.identity(create=False)
        assert [ring.open(bytes.fromhex(item)) for item in sealed] == [f"{number}-{h}" for h in range(12)]
    data = json.loads(path.read_text())
    assert (len(data["keys"]), len(data["secrets"])) == (12, 48)
    keys = [*data["keys"].values(), *data["secrets"].values()]
    assert len({base64.b64decode(key) for key in keys}) == 60


def test_another_process_sees_a_destroyed_key_at_once(ring: FileKeyRing) -> None:
    sealed = ring.seal("a", NOW, purpose="text")
    other = FileKeyRing(path_of(ring))
    assert other.open(sealed) == "a"
    ring.destroy_due(NOW + HOUR)
    with pytest.raises(KeyDestroyed):
        other.open(sealed)
