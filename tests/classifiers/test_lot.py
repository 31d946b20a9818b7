from __future__ import annotations

from classifiers.lot import SHARE, Lot

TEXTS = [f"bài số {at}" for at in range(20_000)]


def test_about_the_promised_share_is_drawn() -> None:
    drawn = sum(map(Lot(b"k" * 32).draws, TEXTS))
    assert abs(drawn - SHARE * len(TEXTS)) < 5 * (SHARE * len(TEXTS)) ** 0.5


def test_without_the_key_nobody_knows_which() -> None:
    one, other = Lot(b"a" * 32), Lot(b"b" * 32)
    both = sum(one.draws(text) and other.draws(text) for text in TEXTS)
    assert both < 3 * SHARE**2 * len(TEXTS)
    assert [one.draws(text) for text in TEXTS[:50]] == [Lot(b"a" * 32).draws(text) for text in TEXTS[:50]]


def test_all_and_none_and_any_text() -> None:
    assert all(map(Lot(b"k" * 16, 1.0).draws, TEXTS[:100]))
    assert not any(map(Lot(b"k" * 16, 0.0).draws, TEXTS[:100]))
    Lot(b"k" * 16).draws("\ud800")
