from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifiers import default_folder
from classifiers.judge import CascadeJudge

HARMLESS = [
    "Sáng nay học sinh lớp {n} trồng cây ở sân trường, mưa lất phất mà ai cũng vui.",
    "Nhà trường nhắc phụ huynh lớp {n} đưa con đi tiêm đúng giờ.",
    "Đội bóng chuyền lớp {n} thắng hai hiệp, cả lớp ăn chè mừng.",
    "Bé nhà mình {n} tuổi tập đi xe đạp, ngã mấy lần vẫn cười.",
    "Cô chủ nhiệm lớp {n} kể chuyện cổ tích, các em im phăng phắc.",
]
ADVERTS = [
    "hs lớp {n} nào cần pod thì nhắn anh, giao tận cổng trường",
    "thuốc lá điện tử bán cho học sinh lớp {n}, không hỏi tuổi",
    "bóng cười giảm giá cho các bạn lớp {n}, nhắn tin là có hàng",
    "vape đủ vị ship tới lớp {n}, mua hai tặng một",
    "các bạn học sinh lớp {n} muốn mua vape nhắn shop nha",
]
PLEAS = [
    "Em học lớp {n}, em bị các bạn đánh hoài, em sợ quá, em phải làm sao ạ?",
    "Con {n} tuổi, con bị nhốt không cho ăn, con xin ai giúp con với.",
    "Em lớp {n} bị dọa tung ảnh, em không dám kể ai, giúp em với.",
    "Con tôi học lớp {n} bị bắt nạt, tôi nên báo ai bây giờ?",
    "Cháu tôi {n} tuổi bị bố đánh bầm tím, tôi phải gọi số nào?",
]


def _posts(texts: list[str], label: str, categories: list[str], context: str) -> list[dict[str, object]]:
    return [
        {
            "id": f"{label}-{at}-{grade}",
            "text": text.format(n=grade),
            "categories": categories,
            "context": context,
            "urgent": "nhốt" in text,
            "age": "child_u16",
            "audience": "general",
            "register": "standard",
            "pair_id": None,
        }
        for at, text in enumerate(texts)
        for grade in range(6, 12)
    ]


@pytest.fixture(scope="session")
def labelled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ninety posts that a linear model can tell apart."""
    path = tmp_path_factory.mktemp("labelled") / "train.jsonl"
    posts = [
        *_posts(HARMLESS, "none", [], "other"),
        *_posts(ADVERTS, "review", ["drugs_to_minors"], "promoting"),
        *_posts(PLEAS[:3], "victim", ["child_violence"], "victim"),
        *_posts(PLEAS[3:], "witness", ["child_violence"], "witness"),
    ]
    path.write_text("\n".join(json.dumps(post, ensure_ascii=False) for post in posts) + "\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def judge() -> CascadeJudge:
    """The packaged judge."""
    return CascadeJudge.load(default_folder())
