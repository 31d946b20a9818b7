"""Queries, and the cases of `tests.index.sentences` that answer them, whatever the engine."""

from __future__ import annotations

from typing import Final

#: Query -> cases, best first. Where scores are equal the newest is first.
ORDERED: Final[list[tuple[str, list[int]]]] = [
    # accents: the query's own spelling first, then the others
    ('"đánh nhau"', [3, 1, 4, 2]),
    ('"danh nhau"', [2, 3, 4, 1]),
    ('"ĐÁNH  NHAU"', [3, 1, 4, 2]),
    ('"dành nhau"', [4, 3, 2, 1]),
    ("đánh nhau", [3, 1, 5, 4, 2]),
    ("danh nhau", [2, 3, 4, 1, 5]),
    ("đường", [11, 12]),
    ("duong", [12, 11]),
    ("DUONG", [12, 11]),
    ("đua xe đạp", [11, 12]),
    ("dua xe dap", [12, 11]),
    ('"quanh hồ"', [11, 12]),
    ('"quanh ho"', [12, 11]),
    # without words the newest first
    ("urgent:yes", [11, 3]),
    ("category:youth_racing_call", [12, 11, 7, 6]),
    ("source:school -cây", [13, 5, 4]),
    ("to:2026-11-02", [2, 1, 24, 23]),
    # the rarer spelling of a wild card
    ("đườ*", [11, 12]),
]

#: Query -> cases, whatever the order.
FOUND: Final[list[tuple[str, set[int]]]] = [
    # tone placement, Unicode forms, width, hidden signs
    ("hòa", {6, 7}),
    ("hoà", {6, 7}),
    ("hoa\u0300 nhạc", {6, 7}),
    ("thuý", {10}),
    ("Thúy khỏe", {10}),
    ("toán giỏi", {17}),
    ('"giỏi tóan"', {17}),
    ("quá", {17, 18}),
    ("qua", {17, 18}),
    ("phong trào", {20}),
    ("ｐｈｏｎｇ", {20}),
    ('"máy tính mới"', {19}),
    ('"may tinh cu"', {19}),
    ("má\u200by", {19}),
    # words
    ("sân", {1, 2, 5, 15}),
    ("san", {1, 2, 5, 15}),
    ("nước sân", {15}),
    ("khongco", set()),
    ("ga", {1, 2}),
    ("8h30", {13}),
    ("v2", {22}),
    ("3.14", {22}),
    ('"ghi chú"', {23}),
    ("rau-cải", {23, 24}),
    # phrases
    ('"đọc sách"', {20}),
    ('"sách đọc"', {20, 21}),
    ("sách đọc", {20, 21}),
    ('"đánh cầu lông"', {5}),
    ('"cầu đánh lông"', set()),
    ("“cầu lông”", {5}),
    # operators
    ("gà OR mèo", {1, 2, 3}),
    ("gà AND mèo", set()),
    ("con AND gà", {1, 2}),
    ("con -gà", {3}),
    ("con NOT gà", {3}),
    ("con -đánh", set()),
    ("NOT NOT gà", {1, 2}),
    ("(gà OR mèo) sân", {1, 2}),
    ("gà OR mèo lại", {1, 2, 3}),
    ("hồ OR (podcast -pod)", {9, 11, 12}),
    ("nước (mưa OR canh) -ngập", {16}),
    ("podcast OR NOT category:child_violence", {6, 7, 8, 9, 10, 11, 12}),
    ('-"đánh nhau" con', set()),
    ("and", set()),
    # wild cards
    ("pod*", {8, 9}),
    ("POD* -pod", {9}),
    ("podc*", {8, 9}),
    ("đá*", {1, 2, 3, 4, 5, 6, 11, 12, 24}),
    ("tho*", set()),
    # fields
    ("category:drugs_to_minors", {8, 9}),
    ("category:crime_recruitment_minors measure:public_advisory", {9}),
    ("CATEGORY:AGE_UNSUITABLE", {10}),
    ("measure:crime_information", {8}),
    ("source:news-1", {15, 16, 17, 18, 19}),
    ('source:"news-1" nước', {15, 16}),
    ("source:News", set()),
    ("urgent:yes category:child_violence", {3}),
    ("urgent:no đường", {12}),
    ("urgent:có", {3, 11}),
    ("(source:school OR source:news-1) cây", {14}),
    # days, inclusive, in Asia/Ho_Chi_Minh
    ("from:2026-11-20", {20, 21, 22}),
    ("from:2026-11-02 to:2026-11-04", {2, 3, 4}),
    ("to:2026-10-31", {23}),
    ("from:2026-11-01 to:2026-11-01", {1, 24}),
    ("from:2026-11-05 to:2026-11-04", set()),
    ("from:0001-01-01 to:9999-12-31 gà", {1, 2}),
    ("rau NOT to:2026-10-31", {24}),
    # a masked detail is no word; the word itself is
    ("trường", {14}),
    ('"điện thoại"', set()),
    ('"ở lúc"', set()),
]

#: Query -> where reading fails.
UNREADABLE: Final[list[tuple[str, int]]] = [
    ("author:nam", 0),
    ("gà tên:x", 3),
    ("gà :", 3),
    ("http://x", 0),
    ("category:fun", 9),
    ("measure:ban", 8),
    ("urgent:maybe", 7),
    ("gà from:2026-13-01", 8),
    ("to:hôm-nay", 3),
    ("from:", 5),
    ("source:(a)", 7),
    ('gà "mèo', 3),
    ("gà (mèo", 3),
    ("gà) mèo", 2),
    ("()", 1),
    ("gà AND", 6),
    ("OR gà", 0),
    ("gà OR OR mèo", 6),
    ("NOT", 3),
    ("gà - mèo", 3),
    ("g*à", 0),
    ("*gà", 0),
    ("gà !!!", 3),
    ('""', 0),
    ("🐟", 0),
]
