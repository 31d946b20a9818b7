"""The texts: each carries a number of its own, by which it is counted wherever it turns up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

_TEXT = (
    "hôm nay cả lớp ra vườn trồng rau, ai cũng lấm lem mà vui; cô giáo dặn mai mang theo nước uống và mũ; thư viện mới"
    " có thêm sách truyện, bạn nào thích thì ghi tên; chiều mưa to nên trận bóng dời sang thứ bảy; bà ngoại gửi lên một"
    " rổ ổi chín thơm cả nhà; tổ hai nấu chè đỗ xanh mời cả xóm; con đường ra đê vừa được quét vôi hai bên gốc cây"
)
_WORDS = _TEXT.split()
_MARK = re.compile(r"\bSổ (\d+):")


@dataclass
class Planted:
    """Numbers of texts that everybody may read, and of those that nobody may without a log-in or robots.txt's leave."""

    public: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=lambda: count(10_001))

    def text(self, *, public: bool = True, words: int = 25) -> str:
        """A new text."""
        number = next(self._numbers)
        (self.public if public else self.hidden).add(number)
        start = number * 5
        return f"Sổ {number}: " + " ".join(_WORDS[(start + i) % len(_WORDS)] for i in range(words)) + "."

    def long(self, *, public: bool = True) -> str:
        """As long as an article is."""
        return self.text(public=public, words=120)


def numbers_in(texts: Iterable[str]) -> list[int]:
    """Every planted number in these texts, as often as it stands there."""
    return [int(number) for text in texts for number in _MARK.findall(text)]
