"""A small town whose harmless posts carry words that stand nowhere else, and one advert that must be found.

Format: the README beside the demo's town. Canaries are in texts, titles, addresses and nicknames.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import classifiers
from lachan.app.town_server import serve_town
from lachan.domain.taxonomy import Category, Context, Route
from lachan.pipeline.ports import JudgeInput
from tests.safeguards.scanner import canary

_HARMLESS = (
    "Chiều nay cả lớp đi đá bóng ở sân sau nhé, ai rảnh thì ra {}",
    "Hôm qua trời mưa to, đường {} ngập tới mắt cá chân",
    "Món canh chua {} mẹ nấu ngon lắm, ai muốn công thức mình gửi",
    "Con mèo nhà mình tên {} vừa đẻ ba con, trông cưng ghê",
    "Sách toán lớp bảy {} mượn ở thư viện được mấy hôm vậy mọi người",
)


@dataclass
class CanaryTown:
    """What was planted. `read` is judged at once, `waiting` stays in the inbox until its day is over; of each the
    words that the sealed inbox may hold, and nicknames, which not even that may."""

    folder: Path
    advert: str
    read: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    nicknames: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[str]:
        return [*self.read, *self.waiting, *self.nicknames]


def known_advert() -> str:
    """A planted advert of the demo's town that the shipped judge brings before a person."""
    judge = classifiers.load_judge(None)
    with serve_town(now=datetime.now(UTC)) as town:
        adverts = [
            planted.text
            for planted in town.truth().values()
            if planted.context is Context.PROMOTING and Category.DRUGS_TO_MINORS in planted.categories
        ]
    said = judge.assess([JudgeInput(text) for text in adverts])
    return next(text for text, verdict in zip(adverts, said, strict=True) if verdict.route is Route.REVIEW)


def plant(folder: Path, seed: int) -> CanaryTown:
    """Write the town's files into `folder`."""
    dice = random.Random(seed)
    town = CanaryTown(folder, known_advert())

    def word(kind: list[str], *, plain: bool = False) -> str:
        kind.append(canary(dice, plain=plain))
        return kind[-1]

    def nickname() -> str:
        return word(town.nicknames) if dice.random() < 0.5 else word(town.nicknames, plain=True)

    def post(key: str, author: str, kind: list[str], mentioned: str = "") -> dict[str, Any]:
        text = dice.choice(_HARMLESS).format(word(kind))
        text = f"@{mentioned} {text}, hỏi {mentioned} xem" if mentioned else text
        return _post(key, author, text)

    threads = []
    for number in range(4):  # one for each layout, and one in an old encoding that hides it
        first, second = nickname(), nickname()
        posts = [post(f"f-{number}-1", first, town.read), post(f"f-{number}-2", second, town.read, first)]
        slug = f"chuyen-{word(town.read, plain=True)}"
        threads.append({"slug": slug, "title": f"Hỏi chuyện {word(town.read)}", "posts": posts})
    seller, buyer = nickname(), nickname()
    advert = _post("f-9-1", seller, f"{town.advert} Gọi {buyer} cũng được.", [Category.DRUGS_TO_MINORS])
    answer = post("f-9-2", buyer, town.read, seller)
    threads.append({"slug": "cho", "title": "Chợ chiều", "posts": [advert, answer]})
    section = {
        "slug": f"muc-{word(town.read, plain=True)}",
        "title": f"Mục {word(town.read)}",
        "threads": threads,
    }
    articles = [
        {
            "slug": f"tin-{word(town.read, plain=True)}",
            "title": f"Chợ nổi {word(town.read)} họp lại",
            "days_ago": 2.0,
            "author": nickname(),
            "paragraphs": [
                f"Sáng nay chợ {word(town.read)} đông người mua bán rau quả.",
                "Đường vào đã sửa xong.",
            ],
            "truth": _truth(),
        }
    ]
    top = {
        **post("s-1", nickname(), town.waiting),
        "parent": None,
        "title": f"Thông báo {word(town.waiting)}",
    }
    reply = {**post("s-2", nickname(), town.waiting, top["author"]), "parent": "s-1", "title": ""}
    for name, content in (
        ("forum", {"title": "Diễn đàn nhỏ", "sections": [section]}),
        ("news", {"title": "Báo nhỏ", "articles": articles}),
        ("school", {"title": "Trường nhỏ", "posts": [top, reply]}),
    ):
        (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return town


def _truth(categories: list[Category] | None = None) -> dict[str, Any]:
    context = Context.PROMOTING if categories else Context.OTHER
    return {"categories": categories or [], "context": context, "urgent": False}


def _post(key: str, author: str, text: str, categories: list[Category] | None = None) -> dict[str, Any]:
    return {
        "key": key,
        "author": author,
        "days_ago": 1.0,
        "text": text,
        "quote": None,
        "truth": _truth(categories),
    }
