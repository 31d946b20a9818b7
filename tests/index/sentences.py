"""Invented, harmless sentences for the index: the same set for every engine and test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from classifiers.normalise import normalise
from lachan.domain.case import CaseState
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import Category
from lachan.domain.taxonomy import severity as severity_of
from lachan.pipeline.ports import IndexDocument

NOON: datetime = datetime(2026, 11, 1, 5, tzinfo=UTC)  # 12:00 in Asia/Ho_Chi_Minh


def document(
    case: int,
    text: str,
    *,
    at: datetime | None = None,
    categories: tuple[Category, ...] = (Category.CHILD_VIOLENCE,),
    source: str = "forum",
    measure: Measure = Measure.REMOVAL_REQUEST,
    urgent: bool = False,
    kind: str = "forum",
    severity: int | None = None,
    status: CaseState = CaseState.CLOSED,
    places: tuple[str, ...] = (),
    plain: str | None = None,
) -> IndexDocument:
    """A confirmed case; `case` 1 is of 1 November 2026, 2 of the next day, and so on. Read by the judge's reader."""
    if plain is None:
        read = normalise(text).text
        plain = read if read != text else ""
    return IndexDocument(
        case=case,
        text=text,
        published_at=at or NOON + timedelta(days=case - 1),
        categories=categories,
        source=source,
        source_kind=kind,
        measure=measure,
        urgent=urgent,
        severity=severity_of(categories) if severity is None else severity,
        status=status,
        places=places,
        plain=plain,
    )


RACING = (Category.YOUTH_RACING_CALL,)
UNSUITABLE = (Category.AGE_UNSUITABLE,)
TWO = (Category.DRUGS_TO_MINORS, Category.CRIME_RECRUITMENT_MINORS)

SENTENCES: tuple[IndexDocument, ...] = (
    document(1, "Hai con gà đánh nhau ngoài sân."),
    document(2, "hai con ga danh nhau ngoai san"),
    document(3, "ĐÁNH  NHAU, hai con mèo lại ĐÁNH NHAU!!!", urgent=True),
    document(4, "Để dành nhau một phần bánh", source="school"),
    document(5, "Cả lớp đánh cầu lông rồi giúp nhau dọn sân", source="school"),
    document(6, "Tối nay hoà nhạc ở Đà Lạt", categories=RACING),
    document(7, "Tối mai hòa nhạc ở Huế", categories=RACING),
    document(8, "Bán podcast cũ, pod mới về", categories=TWO, measure=Measure.CRIME_INFORMATION),
    document(9, "Nghe podcast mỗi sáng", categories=TWO, measure=Measure.PUBLIC_ADVISORY),
    document(10, "Thuý và Thúy cùng trồng cây khoẻ", categories=UNSUITABLE, measure=Measure.PLATFORM_LABEL),
    document(11, "Đường đua xe đạp quanh hồ", categories=RACING, urgent=True),
    document(12, "Duong dua xe dap quanh ho", categories=RACING),
    document(13, "Gặp ở [trường] lúc 8h30, gọi [điện thoại]", source="school"),
    document(14, "Ngôi trường cũ có cây phượng", source="school"),
    document(15, "Mưa to, sân ngập nước; nước rút nhanh", source="news-1"),
    document(16, "Nước mắm ngon 🐟 nấu canh chua", source="news-1"),
    document(17, "Anh tóan giỏi toán qúa", source="news-1"),
    document(18, "Quà quý của bà là giấy và bút", source="news-1"),
    document(19, "M\u00e1y t\u0069\u0301nh m\u01a1\u0301i, ma\u200by t\u00ednh c\u0169", source="news-1"),
    document(20, "ＰＨＯＮＧ trào đọc sách, đọc sách thật vui"),
    document(21, "Sách đọc rồi cho bạn mượn"),
    document(22, "v2 và V2 cùng bản 3.14"),
    document(23, "ghi_chú về rau_cải", at=datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC)),
    document(24, "đầu tháng mười một có rau cải", at=datetime(2026, 10, 31, 17, 0, 0, tzinfo=UTC)),
)
