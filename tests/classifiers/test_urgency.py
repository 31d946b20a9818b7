"""Words of danger in what people write to us."""

from __future__ import annotations

import pytest

from classifiers.urgency import names_danger


@pytest.mark.parametrize(
    "text",
    [
        "em không muốn sống nữa",
        "bố em cầm dao đuổi mẹ con em",
        "em dang o nha mot minh voi bo duong",
        "tối nay các bạn hẹn đánh em ở cổng trường",
    ],
)
def test_danger_is_named(text: str) -> None:
    assert names_danger(text)


@pytest.mark.parametrize("text", ["", "có người bán pod trước cổng trường", "bài này chế giễu con gái tôi"])
def test_no_danger_is_named(text: str) -> None:
    assert not names_danger(text)
