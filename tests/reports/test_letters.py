"""Letters of every measure and category: whole, lawful, and no wider than they must be."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest
from docx import Document
from docx.oxml.ns import qn

from lachan.domain import citation
from lachan.domain.errors import InputError
from lachan.domain.measure import NOTICE_MEASURES, TWO_PERSON, Measure, allowed_measures
from lachan.domain.notice import Notice, NoticeState
from lachan.domain.taxonomy import Category, Route
from lachan.reports import Letters
from lachan.reports.labels import label
from lachan.reports.letter import Letter, clean, clean_url, compose
from tests.reports.samples import LETTERHEAD, NOW, notice

ALL = [
    given
    for measure in sorted(NOTICE_MEASURES)
    for category in Category
    if measure in allowed_measures(Route.REVIEW, [category])
    and (given := notice(measure, (category,))).citations
]
EACH = pytest.mark.parametrize("given", ALL, ids=lambda n: f"{n.measure.value}-{n.categories[0].value}")
TAKEDOWNS = (Measure.REMOVAL_REQUEST, Measure.OWNER_REMOVAL_REQUEST)
LAW = re.compile(r"\b(?:[Đđ]iều \d|khoản \d|Luật |Bộ luật|Nghị định|Thông tư|Hiến pháp|QH1\d|NĐ-CP)")


def test_no_measure_and_no_category_is_left_out_below() -> None:
    assert {each.measure for each in ALL} == NOTICE_MEASURES
    assert {category for each in ALL for category in each.categories} == set(Category)


class Words(HTMLParser):
    """The visible text of a page, and whether it runs anything."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self._skip = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._skip = tag == "style"
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        self._skip = False

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def html_text(given: Notice, *, demo: bool = False) -> str:
    return Words(Letters().html(given, LETTERHEAD, demo=demo)).text


def docx_text(given: Notice, *, demo: bool = False) -> str:
    """Every word of the file, headers and footers included."""
    document = Document(io.BytesIO(Letters().docx(given, LETTERHEAD, demo=demo)))
    section = document.sections[0]
    parts = [section.first_page_header, section.header, document.element.body, section.first_page_footer]
    roots = [getattr(part, "_element", part) for part in parts]
    paragraphs = [paragraph for root in roots for paragraph in root.iter(qn("w:p"))]
    lines = ["".join(text.text or "" for text in each.iter(qn("w:t"))) for each in paragraphs]
    return " ".join(" ".join(lines).split())


def own_words(letter: Letter) -> str:
    """What the letter says apart from its bases and the facts of the case."""
    return " ".join([letter.subject, letter.opening, *letter.asks, *letter.closing, *letter.reply_lines])


@EACH
def test_every_letter_has_every_mandatory_part_in_both_forms(given: Notice) -> None:
    needed = [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "CÔNG AN TỈNH MẪU",
        "PHÒNG MẪU",
        "Số: /CAT-PM",
        "Ninh Bình, ngày 20 tháng 11 năm 2026",
        "V/v ",
        f"Kính gửi: {given.recipient}",
        given.number,
        "10:04:05 ngày 20/11/2026 (giờ Việt Nam)",
        given.necessity,
        given.code,
        "khiếu nại",
        "theo thủ tục hành chính, không phải quyết định của Tòa án",
        "KT. TRƯỞNG PHÒNG",
        "Người Ký Mẫu",
        "Nơi nhận:",
        "Lưu: VT, CAT-PM",
        "số 1 đường Mẫu",
        *(citation.get(each).place for each in given.citations),
        *(label("category", category.value) for category in given.categories),
    ]
    if given.measure is not Measure.PUBLIC_ADVISORY:
        needed += [
            given.url,
            given.content_hash,
            given.description,
            "không áp dụng" if given.measure in TAKEDOWNS else "",
        ]
    if given.measure in TAKEDOWNS:
        needed += ["24 giờ kể từ khi nhận được văn bản này", "ưu giữ", "biện pháp hẹp nhất"]
    if given.measure in TWO_PERSON:
        needed += ["PHIẾU TRẢ LỜI", "người thứ hai phê duyệt"]
    for text in (html_text(given), docx_text(given)):
        assert [part for part in needed if part not in text] == []


@EACH
def test_law_stands_in_the_bases_alone_and_only_what_was_chosen(given: Notice) -> None:
    letter = compose(given, LETTERHEAD, demo=False)
    assert LAW.findall(own_words(letter)) == []
    assert len(letter.bases) == len(given.citations)
    cited = [citation.get(each) for each in given.citations]
    whole = html_text(given)
    for row in citation.allowlist():
        if row not in cited:
            assert not any(row.place == base.removeprefix("Căn cứ ").split(" (")[0] for base in letter.bases)
    for rule in citation.denylist():
        for row in cited:
            assert not rule.covers(row.instrument, row.article, row.clause, row.point)
        if rule.instrument not in {row.instrument for row in cited}:
            assert rule.instrument not in whole


@EACH
def test_a_warning_is_always_named_and_an_account_is_an_account(given: Notice) -> None:
    words = own_words(compose(given, LETTERHEAD, demo=False)).lower()
    assert "đối tượng" not in words
    assert words.count("cảnh báo") == words.count("nhãn cảnh báo")


@pytest.mark.parametrize("given", [each for each in ALL if each.measure not in TAKEDOWNS])
def test_what_is_no_takedown_asks_for_no_removal(given: Notice) -> None:
    words = own_words(compose(given, LETTERHEAD, demo=False))
    assert "24 giờ" not in words
    assert words.lower().count("gỡ bỏ") == words.count("không yêu cầu gỡ bỏ") == 1


def test_an_advisory_leads_nobody_to_the_post() -> None:
    given = notice(
        Measure.PUBLIC_ADVISORY,
        necessity="cháu Mẫu Thị Thử ở trường THCS Mẫu, gọi 0900000000 hỏi thêm việc này",
    )
    for text in (html_text(given), docx_text(given)):
        for part in (
            given.url,
            "example.org",
            given.content_hash,
            given.description,
            "Thị Thử",
            "0900000000",
        ):
            assert part not in text


@pytest.mark.parametrize(
    ("category", "words"),
    [
        (Category.CHILD_TRAFFICKING, "Trao đổi với cơ quan ban hành trước khi thông báo"),
        (Category.DRUGS_TO_MINORS, "Quý vị có thể thông báo cho chủ tài khoản"),
    ],
)
def test_whether_the_account_holder_may_be_told(category: Category, words: str) -> None:
    assert words in html_text(notice(categories=(category,)))


@pytest.mark.parametrize("state", NoticeState)
def test_marks_of_drafts_withdrawals_and_demos(state: NoticeState) -> None:
    draft = state in (NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.REJECTED, NoticeState.APPROVED)
    given = notice(state=state, issued_at=None if draft else NOW)
    for demo in (False, True):
        for text in (html_text(given, demo=demo), docx_text(given, demo=demo)):
            assert ("DỰ THẢO" in text) is draft
            assert ("BẢN MẪU – KHÔNG CÓ GIÁ TRỊ" in text) is demo
            assert ("ĐÃ THU HỒI" in text) is (state in (NoticeState.WITHDRAWN, NoticeState.RESTORED))
            assert ("ngày ….. tháng ….." in text) is draft


def test_days_and_the_first_two_months_are_padded() -> None:
    given = notice(issued_at=NOW.replace(month=2, day=5))
    assert "ngày 05 tháng 02 năm 2026" in html_text(given)
    assert "ngày 05 tháng 3 năm 2026" in html_text(notice(issued_at=NOW.replace(month=3, day=5)))


def test_hostile_text_stays_text_in_both_forms() -> None:
    evil = "<script>alert(1)</script>{{ 7*7 }} {code} \x00\u202e\ud800&amp;"
    given = notice(
        recipient=evil, description=evil, necessity=evil, url="https://example.org/\u202e<b>\x07?a=1&b=2"
    )
    page = Words(Letters().html(given, LETTERHEAD, demo=False))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>{{ 7*7 }} {code}" in page.text
    assert "https://example.org/%E2%80%AE<b>%07?a=1&b=2" in page.text
    assert "\u202e" not in page.text
    assert "<script>alert(1)</script>" in docx_text(given)


@pytest.mark.parametrize(
    "url", ["", "https://[", "javascript:alert(1)", "https://tên-miền.example/đường dẫn"]
)
def test_any_address_can_be_printed(url: str) -> None:
    assert clean_url(url) in html_text(notice(url=url))


def test_cleaning_keeps_vietnamese_and_drops_the_invisible() -> None:
    assert clean("  đường\u200b  Nguyễn\nVăn\x1b[0m ") == "đường Nguyễn Văn [0m"
    assert clean_url("https://example.org/đường?x=%20") == "https://example.org/đường?x=%20"


@pytest.mark.parametrize(
    "changes", [{"measure": Measure.DISMISS}, {"citations": ()}, {"citations": ("BLHS-318",)}]
)
def test_what_may_not_become_a_letter_does_not(changes: dict[str, object]) -> None:
    values = {**vars(notice()), **changes}
    with pytest.raises(InputError):
        Letters().html(Notice(**values), LETTERHEAD, demo=False)


def test_the_word_document_keeps_the_form_of_the_decree() -> None:
    document = Document(io.BytesIO(Letters().docx(notice(), LETTERHEAD, demo=False)))
    section = document.sections[0]
    assert section.page_width is not None and section.page_height is not None
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins if margin is not None] == [20, 20, 30, 15]
    assert (document.styles["Normal"].font.name, document.styles["Normal"].font.size.pt) == (
        "Times New Roman",
        13,
    )
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml and "PAGE" not in section.first_page_header._element.xml
    assert (document.core_properties.author, document.core_properties.last_modified_by) == ("", "")
