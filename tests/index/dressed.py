"""Invented posts in every dress, for the index: accents or none, chat spelling, disguises, synonyms; and facets."""

from __future__ import annotations

from typing import Final

from lachan.domain.case import CaseState
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import IndexDocument
from tests.index.sentences import document

FIGHT = (Category.YOUTH_VIOLENCE_CALL,)
RACE = (Category.YOUTH_RACING_CALL,)
DRUGS = (Category.DRUGS_TO_MINORS,)
CRIME = (Category.CRIME_RECRUITMENT_MINORS,)

DRESSED: Final[tuple[IndexDocument, ...]] = (
    document(1, "Chiều mai hẹn đánh nhau ở sân bóng", categories=FIGHT),
    document(2, "chieu mai hen danh nhau o san bong", categories=FIGHT),
    document(3, "Chiều mai hẹn ĐÁNH  NHAU nha", categories=FIGHT, urgent=True),
    document(4, "chiều mai hẹn đ.á.n.h n.h.a.u nhé", categories=FIGHT),
    document(5, "chiều mai hẹn đ á n h nhau nha mng", categories=FIGHT),
    document(6, "hẹn choảng nhau ở bãi đất", categories=FIGHT, kind="feed"),
    document(7, "Bán vape cho hs lớp tám", categories=DRUGS, measure=Measure.CRIME_INFORMATION),
    document(8, "có pod vị dâu cho học sinh", categories=DRUGS, kind="feed"),
    document(9, "v@pe giá rẻ cho mấy bạn", categories=DRUGS),
    document(10, "b.ó.n.g c.ư.ờ.i giao tận nhà", categories=DRUGS),
    document(11, "bóng cười ship tận nơi", categories=DRUGS, status=CaseState.APPEALED),
    document(12, "khí cười cho tiệc lớp", categories=DRUGS),
    document(13, "đua xe tối thứ bảy dọc đường đê", categories=RACE, places=("xa-a",)),
    document(14, "dua xe toi thu bay", categories=RACE, places=("xa-a", "xa-b")),
    document(15, "ko ai dc kể cho cô giáo", categories=(Category.CHILD_PRIVACY_BULLYING,), places=("xa-a",)),
    document(
        16, "không ai được kể cho cô giáo", categories=(Category.CHILD_PRIVACY_BULLYING,), places=("xa-a",)
    ),
    document(17, "nẹt pô dọc đường đê", categories=RACE, measure=Measure.PLATFORM_LABEL, places=("xa-a",)),
    document(18, "rú ga quanh chợ", categories=RACE, places=("xa-b",)),
    document(
        19, "việc nhẹ lương cao cho học trò nghỉ hè", categories=CRIME, kind="school_page", places=("xa-a",)
    ),
    document(20, "Viec nhe luong cao, ib minh", categories=CRIME, status=CaseState.APPEALED),
    document(21, "ảnh dìm của bạn cùng lớp", categories=(Category.CHILD_PRIVACY_BULLYING, *FIGHT)),
    document(22, "phim kinh dị chiếu ở cổng trường", categories=(Category.AGE_UNSUITABLE,)),
    document(23, "chuyện ma ở lớp học thêm", categories=(Category.AGE_UNSUITABLE,)),
    document(
        24, "Học sinh lớp tám bị bắt nạt, gọi [điện thoại]", categories=(Category.CHILD_PRIVACY_BULLYING,)
    ),
)

FIGHTS: Final = {1, 2, 3, 4, 5, 6}

#: Query -> cases, whatever the order.
FOUND: Final[list[tuple[str, set[int]]]] = [
    # one post in every dress
    ("đánh nhau", FIGHTS), ("danh nhau", FIGHTS), ("ĐÁNH  NHAU", FIGHTS), ("Đánh nhau", FIGHTS),
    ("đ.á.n.h nhau", FIGHTS), ("đ.á.n.h n.h.a.u", FIGHTS), ("đ á n h nhau", FIGHTS), ("d.a.n.h nhau", FIGHTS),
    ("đ@nh nhau", FIGHTS), ("đánhhh nhau", FIGHTS), ("đa\u0301nh nhau", FIGHTS), ("đánh\u200b nhau", FIGHTS),
    ('"đánh nhau"', {1, 2, 3, 4, 5}), ('"danh nhau"', {1, 2, 3, 4, 5}), ('"đ.á.n.h nhau"', {1, 2, 3, 4, 5}),
    ("hẹn đánh nhau", FIGHTS), ("chiều mai đánh nhau", {1, 2, 3, 4, 5}), ("chieu mai danh nhau", {1, 2, 3, 4, 5}),
    ('"mai hẹn đánh nhau"', {1, 2, 3, 4, 5}), ("đánh AND nhau", FIGHTS), ("đánh -nhau", set()),
    ("đánh nhau -sân", {3, 4, 5, 6}), ("đánh nhau urgent:yes", {3}), ("đánh nhau kind:feed", {6}),
    # synonyms both ways; quoted words stand for themselves
    ("choảng nhau", FIGHTS), ("choang nhau", FIGHTS), ("uýnh nhau", FIGHTS), ('"choảng nhau"', {6}),
    ("vape", {7, 8, 9}), ("pod", {7, 8, 9}), ("VAPE", {7, 8, 9}), ("v@pe", {7, 8, 9}), ("v.a.p.e", {7, 8, 9}),
    ('"vape"', {7, 9}), ('"pod"', {8}), ("pod*", {8}), ("vap*", {7, 9}), ("thuốc lá điện tử", {7, 8, 9}),
    ("thuoc la dien tu", {7, 8, 9}), ("vape -pod", {7, 9}), ("NOT pod vape", {7, 9}), ("pod OR nẹt", {7, 8, 9, 17}),
    ("bóng cười", {10, 11, 12}), ("bong cuoi", {10, 11, 12}), ("khí cười", {10, 11, 12}), ("n2o", {10, 11, 12}),
    ('"bóng cười"', {10, 11}), ("b.o.n.g cười", {10, 11, 12}), ("funky ball", {10, 11, 12}), ('"khí cười"', {12}),
    ("cười", {10, 11, 12}), ("bóng", {1, 2, 10, 11}), ("nẹt pô", {17, 18}), ("rú ga", {17, 18}), ("net po", {17, 18}),
    ("ru ga", {17, 18}), ('"rú ga"', {18}), ("việc nhẹ lương khủng", {19, 20}), ("viec nhe luong khung", {19, 20}),
    ("việc nhẹ lương cao", {19, 20}), ("viec nhe luong cao", {19, 20}), ("ship tận nhà", {10, 11}),
    ("giao tận nơi", {10, 11}), ("học trò", {7, 8, 19, 24}), ("hoc tro", {7, 8, 19, 24}), ("đua xe", {13, 14}),
    ("dua xe", {13, 14}), ("đua trái phép", {13, 14}), ("ăn hiếp", {24}), ("uc hiep", {24}), ("bully", {24}),
    # chat spelling, on either side
    ("không được", {15, 16}), ("ko dc", {15, 16}), ("khong duoc", {15, 16}), ("k đc", {15, 16}), ("hok đc", {15, 16}),
    ("không ai được kể", {15, 16}), ("ko ai dc kể", {15, 16}), ('"ko ai dc"', {15, 16}), ('"không ai được"', {15, 16}),
    ("hs", {7, 8, 19, 24}), ("hs lớp", {7, 24}), ("học sinh", {7, 8, 19, 24}), ("hoc sinh", {7, 8, 19, 24}),
    ('"học sinh"', {7, 8, 24}), ('"hs"', {7, 8, 24}), ("(ko dc) OR pod", {7, 8, 9, 15, 16}), ("mng", {5}),
    # one letter's difference
    ("dannh~ nhau", {1, 2, 3, 4, 5}), ("danhh~", {1, 2, 3, 4, 5}), ("dnah~ nhau", {1, 2, 3, 4, 5}), ("vepe~", {7, 9}),
    ("choang~ nhau", FIGHTS - {1, 2, 3, 4, 5}), ("nhau~", {1, 2, 3, 4, 5, 6, 10, 20}), ("gia~", {9}), ("xyzt~", set()),
    # facets as fields
    ("kind:feed", {6, 8}), ("kind:school_page", {19}), ("KIND:Feed", {6, 8}), ("kind:import", set()),
    ("status:appealed", {11, 20}), ("status:closed kind:feed", {6, 8}), ("status:appealed bóng", {11}),
    ("measure:platform_label", {17}), ("category:age_unsuitable", {22, 23}),
    ("category:youth_violence_call category:child_privacy_bullying", {21}),
    ("kind:feed OR status:appealed", {6, 8, 11, 20}),
    ("place:xa-a", {13, 14, 15, 16, 17, 19}), ('place:"xa-b"', {14, 18}), ("place:xa-c", set()),
    ("place:xa-a -kind:school_page", {13, 14, 15, 16, 17}),
    ("place:xa-a OR place:xa-b", {13, 14, 15, 16, 17, 18, 19}),
    ("place:xa-a from:2026-11-16 to:2026-11-22", {16, 17, 19}),
    # masks
    ("điện thoại", set()), ('"gọi điện thoại"', set()), ("dien*", set()), ("thoai~", set()),
]  # fmt: skip

#: Query -> the first cases, in order.
FIRST: Final[list[tuple[str, list[int]]]] = [
    ("pod", [8]), ('"vape"', [7, 9]), ("vape", [7, 9, 8]), ("bóng cười", [11, 10, 12]), ("khí cười", [12]),
    ("choảng nhau", [6]), ("học trò", [19]), ("hs lớp", [7]), ("không được", [16, 15]), ("ko dc", [15, 16]),
    ("việc nhẹ lương cao", [19, 20]), ("viec nhe luong cao", [20, 19]), ("dua xe", [14, 13]), ("đua xe", [13, 14]),
    ("rú ga", [18, 17]), ("đánh nhau -sân", [3, 5, 4, 6]),
]  # fmt: skip
