"""What every backend of the search port must answer. A backend's test inherits `SearchContract`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from lachan.domain.errors import InputError, QueryError
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import SearchIndex, SearchRequest
from lachan.pipeline.snippet import snippet
from tests.index.sentences import SENTENCES, document

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


class SearchContract:
    """Inherit, and give the fixture `index`: an empty index of the backend."""

    @pytest.fixture
    def filled(self, index: SearchIndex) -> SearchIndex:
        index.apply(SENTENCES, [])
        return index

    def test_enough_cases(self) -> None:
        assert len(ORDERED) + len(FOUND) >= 40

    def test_best_first(self, filled: SearchIndex) -> None:
        answers = {query: self._cases(filled, query) for query, _ in ORDERED}
        assert answers == dict(ORDERED)

    def test_found(self, filled: SearchIndex) -> None:
        answers = {query: set(self._cases(filled, query)) for query, _ in FOUND}
        assert answers == dict(FOUND)

    def test_total_is_that_of_all_hits(self, filled: SearchIndex) -> None:
        for query, wanted in FOUND:
            assert filled.search(SearchRequest(query, limit=1)).total == len(wanted), query

    @pytest.mark.parametrize(("query", "position"), UNREADABLE)
    def test_unreadable(self, filled: SearchIndex, query: str, position: int) -> None:
        with pytest.raises(QueryError) as caught:
            filled.search(SearchRequest(query))
        assert (caught.value.position, bool(str(caught.value))) == (position, True)

    @pytest.mark.parametrize("query", ["", "  ", "*", "( * )"])
    def test_nothing_asked_is_everything_newest_first(self, filled: SearchIndex, query: str) -> None:
        wanted = sorted(SENTENCES, key=lambda each: (each.published_at, each.case), reverse=True)
        assert self._cases(filled, query) == [each.case for each in wanted]

    def test_limits_of_the_request(self, filled: SearchIndex) -> None:
        one_day = date(2026, 11, 5)
        assert self._cases(filled, "", first=one_day, last=one_day) == [5]
        assert self._cases(filled, "nhau", last=date(2026, 11, 1)) == [1]
        assert self._cases(filled, "gà OR hồ", category=Category.YOUTH_RACING_CALL) == [11, 12]
        assert self._cases(filled, "*", category=Category.DRUGS_TO_MINORS, first=date(2026, 11, 9)) == [9]

    @pytest.mark.parametrize("query", ["", "nước OR đánh OR hoà", "đ* OR c*"])
    def test_pages_are_cuts_of_one_order(self, filled: SearchIndex, query: str) -> None:
        whole = self._cases(filled, query)
        pages = [
            [hit.case for hit in filled.search(SearchRequest(query, limit=2, offset=offset)).hits]
            for offset in range(0, len(whole) + 2, 2)
        ]
        assert [case for page in pages for case in page] == whole

    def test_the_order_does_not_depend_on_how_cases_came(self, filled: SearchIndex) -> None:
        before = {query: self._cases(filled, query) for query, _ in [*ORDERED, *FOUND]}
        filled.rebuild(reversed(SENTENCES))
        assert {query: self._cases(filled, query) for query in before} == before
        for each in SENTENCES[::3]:
            filled.apply([each], [])
        assert {query: self._cases(filled, query) for query in before} == before

    def test_a_page_of_none_counts_all(self, filled: SearchIndex) -> None:
        answer = filled.search(SearchRequest("nhau", limit=0))
        assert (answer.total, answer.hits) == (5, ())
        assert filled.search(SearchRequest("nhau", limit=10**12, offset=10**12)).hits == ()

    def test_no_page_before_the_first(self, filled: SearchIndex) -> None:
        with pytest.raises(InputError):
            filled.search(SearchRequest("nhau", offset=-1))
        with pytest.raises(InputError):
            filled.search(SearchRequest("nhau", limit=-1))

    def test_scores_fall(self, filled: SearchIndex) -> None:
        scores = [hit.score for hit in filled.search(SearchRequest("đánh nhau")).hits]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > scores[-1]

    @pytest.mark.parametrize(
        ("query", "terms"),
        [
            ("Đánh NHAU", ("danh", "nhau")),
            ('"hoà nhạc" -mèo', ("hoa", "nhac")),
            ("pod* OR gà", ("ga", "pod", "podcast")),
            ("source:school NOT cây", ()),
            ("(đua đua) category:drugs_to_minors", ("dua",)),
        ],
    )
    def test_terms_to_highlight(self, filled: SearchIndex, query: str, terms: tuple[str, ...]) -> None:
        assert filled.search(SearchRequest(query)).terms == terms

    def test_terms_mark_the_text(self, filled: SearchIndex) -> None:
        text = SENTENCES[0].text
        words, marks = snippet(text, filled.search(SearchRequest("DANH gà")).terms, 100)
        assert [words[start:end] for start, end in marks] == ["gà", "đánh"]

    def test_an_empty_index_answers(self, index: SearchIndex) -> None:
        answer = index.search(SearchRequest("gà"))
        assert (answer.total, answer.hits, index.cases()) == (0, (), set())

    def test_adding_again_replaces(self, filled: SearchIndex) -> None:
        filled.apply([replace(SENTENCES[0], text="con vịt bơi", urgent=True)], [])
        assert self._cases(filled, "vịt urgent:yes") == [1]
        assert self._cases(filled, "gà") == [2]
        assert filled.cases() == {each.case for each in SENTENCES}

    def test_twice_in_one_go_the_last_counts(self, index: SearchIndex) -> None:
        index.apply([document(1, "trước"), document(2, "hai"), document(1, "sau")], [])
        assert (self._cases(index, "trước"), self._cases(index, "sau"), index.cases()) == ([], [1], {1, 2})

    def test_removing(self, filled: SearchIndex) -> None:
        filled.apply([], [1, 3, 999])
        assert self._cases(filled, '"đánh nhau"') == [4, 2]
        filled.apply([document(50, "mới")], [2])
        assert filled.cases() == {each.case for each in SENTENCES} - {1, 2, 3} | {50}

    def test_removed_and_added_at_once_is_there(self, filled: SearchIndex) -> None:
        filled.apply([document(1, "con vịt")], [1])
        assert self._cases(filled, "vịt") == [1]

    def test_one_bad_document_and_nothing_changes(self, filled: SearchIndex) -> None:
        naive = SENTENCES[0].published_at.replace(tzinfo=None)
        for bad in (document(0, "số không"), document(60, "không múi giờ", at=naive)):
            with pytest.raises(InputError):
                filled.apply([document(50, "mới"), bad], [1])
            assert filled.cases() == {each.case for each in SENTENCES}

    def test_rebuild_holds_what_it_is_given_and_nothing_else(self, filled: SearchIndex) -> None:
        given = [document(2, "con vịt"), document(70, "cũ"), document(70, "con ngan")]
        assert filled.rebuild(iter(given)) == 2
        assert filled.cases() == {2, 70}
        assert (self._cases(filled, "ngan OR vịt"), self._cases(filled, "cũ OR gà")) == ([70, 2], [])

    def test_a_rebuild_that_fails_changes_nothing(self, filled: SearchIndex) -> None:
        with pytest.raises(InputError):
            filled.rebuild(iter([document(2, "con vịt"), document(-1, "sai")]))
        assert filled.cases() == {each.case for each in SENTENCES}
        filled.apply([document(80, "vẫn ghi được")], [])
        assert self._cases(filled, '"vẫn ghi"') == [80]

    def test_any_text_can_be_indexed(self, index: SearchIndex) -> None:
        texts = ["", "\ud800 lẻ", "a" * 100_000, "\x00", "중국 日本", "ß ŀ İ ﷺ", "e\u0301" * 500]
        index.apply([document(case, text) for case, text in enumerate(texts, 1)], [])
        assert index.cases() == set(range(1, len(texts) + 1))
        assert self._cases(index, "lẻ") == [2]
        assert self._cases(index, "日本") == [5]
        assert self._cases(index, "SS") == [6]

    def test_works_after_close(self, filled: SearchIndex) -> None:
        filled.close()
        assert self._cases(filled, "mèo") == [3]

    def test_masked_details_and_persons_cannot_be_found(self, filled: SearchIndex) -> None:
        assert "điện thoại" in SENTENCES[12].text
        assert self._cases(filled, "dien* thoai*") == []
        for field in (
            "author",
            "person",
            "name",
            "user",
            "phone",
            "text",
            "case",
            "exact",
            "folded",
            "place",
        ):
            with pytest.raises(QueryError):
                filled.search(SearchRequest(f"{field}:x"))

    def test_measure_and_category_know_every_value(self, filled: SearchIndex) -> None:
        for measure in Measure:
            filled.search(SearchRequest(f"measure:{measure.value}"))
        for category in Category:
            filled.search(SearchRequest(f"category:{category.value}"))

    def _cases(
        self,
        index: SearchIndex,
        query: str,
        first: date | None = None,
        last: date | None = None,
        category: Category | None = None,
    ) -> list[int]:
        return [hit.case for hit in index.search(SearchRequest(query, first, last, category, limit=100)).hits]
