from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from classifiers.tradeoff import SHARES, curve

SCORES = st.floats(0, 1)


def test_recall_is_read_where_the_share_of_harmless_posts_is_met() -> None:
    harmless = [at / 100 for at in range(100)]
    wanted = [0.5, 0.955, 0.975, 0.985, 1.0]
    scores = [*harmless, *wanted]
    kinds = [False] * 100 + [True] * 5
    points = curve(scores, kinds, [not kind for kind in kinds])
    assert [point.flagged for point in points] == list(SHARES)
    assert [point.recall.value for point in points] == [0.2, 0.4, 0.6, 0.6, 0.8]
    assert [point.cut for point in points] == [1.0, 0.985, 0.975, 0.975, 0.955]


def test_nothing_is_told_of_nothing() -> None:
    assert curve([0.5], [True], [False]) == ()
    assert curve([0.5], [False], [True]) == ()
    assert curve([], [], []) == ()


@given(st.lists(SCORES, min_size=1, max_size=60), st.lists(SCORES, min_size=1, max_size=60))
def test_no_point_flags_more_than_its_share_and_recall_never_falls(
    mine: list[float], rest: list[float]
) -> None:
    kinds = [True] * len(mine) + [False] * len(rest)
    points = curve([*mine, *rest], kinds, [not kind for kind in kinds])
    for point in points:
        if point.recall.value:
            assert sum(score >= point.cut for score in rest) <= point.flagged * len(rest)
    recalls = [point.recall.value for point in points]
    assert recalls == sorted(recalls)
