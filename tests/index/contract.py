"""What every backend of the search port must answer. A backend's test inherits `SearchContract`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

import pytest

from lachan.domain.alert import Watch
from lachan.domain.errors import InputError, QueryError
from lachan.domain.measure import Measure
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import Facet, SearchIndex, SearchRequest, SortBy, TimeStep
from lachan.pipeline.snippet import snippet
from lachan.pipeline.telling import asked
from tests.index import dressed as dress
from tests.index.answers import FOUND, ORDERED, UNREADABLE
from tests.index.dressed import DRESSED
from tests.index.sentences import SENTENCES, document

Make = Callable[[], SearchIndex]
Cases = TypeVar("Cases")


def _wrong(
    table: Sequence[tuple[str, Cases]], answer: Callable[[str], Cases]
) -> dict[str, tuple[Cases, Cases]]:
    """Query -> (answered, wanted), where they differ."""
    answers = {query: (answer(query), wanted) for query, wanted in table}
    return {query: pair for query, pair in answers.items() if pair[0] != pair[1]}


class SearchContract:
    """Inherit, and give the fixture `make` (scope class): what makes an empty index of the backend, whose queries are
    read by `classifiers.normalise`."""

    @pytest.fixture(scope="class")
    def standing(self, make: Make) -> SearchIndex:
        """Shared by the tests that only read."""
        index = make()
        index.rebuild(SENTENCES)
        return index

    @pytest.fixture(scope="class")
    def dressed(self, make: Make) -> SearchIndex:
        """Likewise."""
        index = make()
        index.rebuild(DRESSED)
        return index

    @pytest.fixture
    def index(self, make: Make) -> SearchIndex:
        return make()

    @pytest.fixture
    def filled(self, index: SearchIndex) -> SearchIndex:
        index.apply(SENTENCES, [])
        return index

    def test_enough_cases(self) -> None:
        assert len(ORDERED) + len(FOUND) + len(dress.FOUND) + len(dress.FIRST) >= 150

    def test_best_first(self, standing: SearchIndex) -> None:
        assert _wrong(ORDERED, lambda query: self._cases(standing, query)) == {}

    def test_found(self, standing: SearchIndex) -> None:
        assert _wrong(FOUND, lambda query: set(self._cases(standing, query))) == {}

    def test_found_in_every_dress(self, dressed: SearchIndex) -> None:
        assert _wrong(dress.FOUND, lambda query: set(self._cases(dressed, query))) == {}

    def test_best_first_in_every_dress(self, dressed: SearchIndex) -> None:
        lengths = {query: len(first) for query, first in dress.FIRST}
        assert _wrong(dress.FIRST, lambda query: self._cases(dressed, query)[: lengths[query]]) == {}

    def test_total_is_that_of_all_hits(self, standing: SearchIndex) -> None:
        for query, wanted in FOUND:
            assert standing.search(SearchRequest(query, limit=1)).total == len(wanted), query

    def test_unreadable(self, standing: SearchIndex) -> None:
        for query, position in UNREADABLE:
            with pytest.raises(QueryError) as caught:
                standing.search(SearchRequest(query))
            assert (caught.value.position, bool(str(caught.value))) == (position, True), query

    def test_nothing_asked_is_everything_newest_first(self, standing: SearchIndex) -> None:
        wanted = sorted(SENTENCES, key=lambda each: (each.published_at, each.case), reverse=True)
        for query in ("", "  ", "*", "( * )"):
            assert self._cases(standing, query) == [each.case for each in wanted]

    def test_limits_of_the_request(self, standing: SearchIndex) -> None:
        one_day = date(2026, 11, 5)
        assert self._cases(standing, "", first=one_day, last=one_day) == [5]
        assert self._cases(standing, "nhau", last=date(2026, 11, 1)) == [1]
        assert self._cases(standing, "gà OR hồ", category=Category.YOUTH_RACING_CALL) == [11, 12]
        assert self._cases(standing, "*", category=Category.DRUGS_TO_MINORS, first=date(2026, 11, 9)) == [9]

    @pytest.mark.parametrize("query", ["", "nước OR đánh OR hoà", "đ* OR c*"])
    def test_pages_are_cuts_of_one_order(self, standing: SearchIndex, query: str) -> None:
        whole = self._cases(standing, query)
        pages = [
            [hit.case for hit in standing.search(SearchRequest(query, limit=2, offset=offset)).hits]
            for offset in range(0, len(whole) + 2, 2)
        ]
        assert [case for page in pages for case in page] == whole

    @pytest.mark.parametrize("sort", SortBy)
    @pytest.mark.parametrize("query", ["", "nước OR đánh OR hoà", "đ* OR c*"])
    def test_cursors_walk_through_one_order(self, standing: SearchIndex, query: str, sort: SortBy) -> None:
        whole = [hit.case for hit in standing.search(SearchRequest(query, limit=100, sort=sort)).hits]
        assert self._walk(standing, SearchRequest(query, limit=5, sort=sort)) == whole
        assert len(set(whole)) == len(whole) > 5

    @pytest.mark.parametrize("sort", SortBy)
    def test_pages_go_on_while_cases_come_and_go(self, filled: SearchIndex, sort: SortBy) -> None:
        """What was there from the beginning comes once; what was removed may be missing, its page goes on."""
        request = SearchRequest("con OR nhau OR nước OR sách", limit=3, sort=sort)
        first = filled.search(request)
        seen = [hit.case for hit in first.hits]
        filled.apply([document(90, "con nước con nước"), document(91, "con")], [seen[-1]])
        seen += self._walk(filled, replace(request, cursor=first.cursor))
        before = {1, 2, 3, 4, 5, 15, 16, 20, 21}
        assert [case for case in seen if case < 90 and seen.count(case) > 1] == []
        assert before <= set(seen)

    def test_a_foreign_cursor_is_refused(self, standing: SearchIndex) -> None:
        cursor = standing.search(SearchRequest("nhau", limit=1)).cursor
        for bad in ("x", "é", cursor[:-4], "W10", "WzEsMl0", cursor[::-1], "A" * 5000):
            with pytest.raises(InputError):
                standing.search(SearchRequest("nhau", cursor=bad))
        with pytest.raises(InputError):
            standing.search(SearchRequest("nhau", cursor=cursor, sort=SortBy.TIME))

    def test_the_end_has_no_cursor(self, standing: SearchIndex) -> None:
        for sort in SortBy:
            for limit in (0, 5, 6, 100):
                assert standing.search(SearchRequest("nhau", limit=limit, sort=sort)).cursor == ""
            assert standing.search(SearchRequest("nhau", limit=4, sort=sort)).cursor != ""

    def test_orders(self, standing: SearchIndex, dressed: SearchIndex) -> None:
        by_time = standing.search(SearchRequest("đánh nhau", sort=SortBy.TIME))
        assert [hit.case for hit in by_time.hits] == [5, 4, 3, 2, 1]
        by_severity = dressed.search(SearchRequest("", limit=100, sort=SortBy.SEVERITY))
        severity = {each.case: each.severity for each in DRESSED}
        wanted = sorted(severity, key=lambda case: (severity[case], case), reverse=True)
        assert [hit.case for hit in by_severity.hits] == wanted

    def test_facets_count_every_hit(self, dressed: SearchIndex) -> None:
        answer = dressed.search(SearchRequest("", limit=1, facets=tuple(Facet)))
        assert answer.facets == {
            Facet.CATEGORY: {
                "youth_violence_call": 7,
                "drugs_to_minors": 6,
                "youth_racing_call": 4,
                "child_privacy_bullying": 4,
                "crime_recruitment_minors": 2,
                "age_unsuitable": 2,
            },
            Facet.KIND: {"forum": 21, "feed": 2, "school_page": 1},
            Facet.PLACE: {"xa-a": 6, "xa-b": 2},
            Facet.STATUS: {"closed": 22, "appealed": 2},
            Facet.MEASURE: {"removal_request": 22, "crime_information": 1, "platform_label": 1},
        }
        some = dressed.search(SearchRequest("pod OR nẹt", facets=(Facet.KIND,)))
        assert some.facets == {Facet.KIND: {"forum": 3, "feed": 1}}
        none = dressed.search(SearchRequest("khongco", facets=(Facet.KIND,), step=TimeStep.DAY))
        assert (none.facets, none.histogram) == ({Facet.KIND: {}}, ())

    def test_narrowing_to_a_facet_is_asking_for_its_field(self, dressed: SearchIndex) -> None:
        everything = dressed.search(SearchRequest("", limit=0, facets=tuple(Facet))).facets
        for facet, counts in everything.items():
            for value, count in counts.items():
                narrowed = dressed.search(SearchRequest("", limit=100, where=((facet, value),)))
                assert narrowed.total == count
                assert {hit.case for hit in narrowed.hits} == set(
                    self._cases(dressed, f"{facet.value}:{value}")
                )

    def test_weeks_are_counted_as_alerts_ask_for_them(self, dressed: SearchIndex) -> None:
        """Without words and without hits; places told of from the same answer."""
        drugs = asked(Watch(category=Category.DRUGS_TO_MINORS), date(2026, 11, 2))
        where = (Facet.PLACE, "xa-a")
        for request, wanted in (
            (drugs, {date(2026, 11, 2): 2, date(2026, 11, 9): 4}),
            (replace(drugs, first=date(2026, 11, 9)), {date(2026, 11, 9): 4}),
            (replace(drugs, where=((Facet.KIND, "feed"),)), {date(2026, 11, 2): 1}),
            (replace(drugs, category=None, where=(where,)), {date(2026, 11, 9): 3, date(2026, 11, 16): 3}),
            (replace(drugs, where=(where,)), {}),
        ):
            answer = dressed.search(request)
            assert {bucket.start: bucket.count for bucket in answer.histogram} == wanted
            assert answer.hits == ()

    def test_weeks_and_months_are_those_of_hanoi(self, standing: SearchIndex) -> None:
        weeks = standing.search(SearchRequest("", step=TimeStep.WEEK)).histogram
        assert [(bucket.start, bucket.count) for bucket in weeks] == [
            (date(2026, 10, 26), 3),
            (date(2026, 11, 2), 7),
            (date(2026, 11, 9), 7),
            (date(2026, 11, 16), 7),
        ]
        assert weeks[1].categories == {
            Category.CHILD_VIOLENCE: 4,
            Category.DRUGS_TO_MINORS: 1,
            Category.CRIME_RECRUITMENT_MINORS: 1,
            Category.YOUTH_RACING_CALL: 2,
        }
        months = standing.search(SearchRequest("", step=TimeStep.MONTH)).histogram
        assert [(bucket.start, bucket.count) for bucket in months] == [
            (date(2026, 10, 1), 1),
            (date(2026, 11, 1), 23),
        ]
        days = standing.search(SearchRequest("rau OR gà", step=TimeStep.DAY)).histogram
        assert [(bucket.start, bucket.count) for bucket in days] == [
            (date(2026, 10, 31), 1),
            (date(2026, 11, 1), 2),
            (date(2026, 11, 2), 1),
        ]

    def test_a_place_is_told_by_whole_weeks(self, dressed: SearchIndex) -> None:
        answer = dressed.search(SearchRequest("place:xa-a", step=TimeStep.DAY))
        assert answer.by_place
        assert [bucket.start.isoweekday() for bucket in answer.histogram] == [1, 1]
        assert not dressed.search(SearchRequest("đua")).by_place
        for query in ("place:xa-a from:2026-11-17", "to:2026-11-17 NOT place:xa-a"):
            with pytest.raises(QueryError, match="whole weeks"):
                dressed.search(SearchRequest(query))
        with pytest.raises(QueryError, match="whole weeks"):
            dressed.search(SearchRequest("", date(2026, 11, 17), where=((Facet.PLACE, "xa-a"),)))

    def test_places_are_not_counted_beside_days(self, dressed: SearchIndex) -> None:
        """A week less the same week without its Sunday would tell places by the day."""
        facets = (Facet.KIND, Facet.PLACE)
        assert set(dressed.search(SearchRequest("", date(2026, 11, 16), facets=facets)).facets) == set(facets)
        for first, last in ((date(2026, 11, 17), None), (None, date(2026, 11, 21))):
            assert set(dressed.search(SearchRequest("", first, last, facets=facets)).facets) == {Facet.KIND}

    @pytest.mark.parametrize(
        "query",
        [
            *["NOT place:xa-a", "đua -place:xa-a", "place:xa-a OR đua", "đua (rau OR (gà place:xa-a))"],
            *[
                "NOT (đua NOT place:xa-a)",
                "place:xa-a OR (place:xa-b -đua)",
                "place:xa-a OR (place:xa-b -place:xa-a)",
            ],
        ],
    )
    def test_no_place_is_told_by_what_is_left_without_it(self, dressed: SearchIndex, query: str) -> None:
        with pytest.raises(QueryError, match="without NOT"):
            dressed.search(SearchRequest(query))

    def test_similar(self, standing: SearchIndex) -> None:
        like = standing.similar(SENTENCES[0].text, 1, 5)
        assert [hit.case for hit in like][:2] == [2, 3]
        assert 1 not in {hit.case for hit in like}
        assert standing.similar("hoàn toàn khác hẳn", 1, 5) == ()
        assert standing.similar("", 1, 5) == ()
        assert len(standing.similar(SENTENCES[0].text, 1, 1)) == 1

    def test_rows_tell_what_was_indexed(self, filled: SearchIndex) -> None:
        assert filled.rows() == {each.case: each.digest for each in SENTENCES}
        changed = replace(SENTENCES[4], urgent=True)
        filled.apply([changed], [1])
        assert filled.rows()[5] == changed.digest != SENTENCES[4].digest
        assert 1 not in filled.rows()

    def test_loosely_a_letter_may_differ(self, dressed: SearchIndex) -> None:
        assert self._cases(dressed, "choanng nhau") == []
        loose = dressed.search(SearchRequest("choanng nhau", loose=True))
        assert [hit.case for hit in loose.hits] == [6]
        assert dressed.search(SearchRequest('"choanng nhau"', loose=True)).total == 0

    def test_the_order_does_not_depend_on_how_cases_came(self, filled: SearchIndex) -> None:
        before = {query: self._cases(filled, query) for query, _ in ORDERED}
        filled.rebuild(reversed(SENTENCES))
        assert {query: self._cases(filled, query) for query in before} == before
        for each in SENTENCES[::6]:
            filled.apply([each], [])
        assert {query: self._cases(filled, query) for query in before} == before

    def test_a_page_of_none_counts_all(self, standing: SearchIndex) -> None:
        answer = standing.search(SearchRequest("nhau", limit=0))
        assert (answer.total, answer.hits) == (5, ())
        assert standing.search(SearchRequest("nhau", limit=9, offset=10**12)).hits == ()

    def test_no_page_before_the_first(self, standing: SearchIndex) -> None:
        with pytest.raises(InputError):
            standing.search(SearchRequest("nhau", offset=-1))
        with pytest.raises(InputError):
            standing.search(SearchRequest("nhau", limit=-1))

    def test_scores_fall(self, standing: SearchIndex) -> None:
        scores = [hit.score for hit in standing.search(SearchRequest("đánh nhau")).hits]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > scores[-1]

    @pytest.mark.parametrize(
        ("query", "terms"),
        [
            ("Cầu LÔNG", ("cau", "long")),
            ('"hoà nhạc" -mèo', ("hoa nhac",)),
            ("pod* OR gà", ("ga", "pod*")),
            ("source:school NOT cây", ()),
            ("(đua đua) category:drugs_to_minors", ("dua",)),
        ],
    )
    def test_terms_to_highlight(self, standing: SearchIndex, query: str, terms: tuple[str, ...]) -> None:
        assert standing.search(SearchRequest(query)).terms == terms

    def test_terms_mark_the_text(self, standing: SearchIndex) -> None:
        text = SENTENCES[0].text
        words, marks = snippet(text, standing.search(SearchRequest("DANH gà")).terms, 100)
        assert [words[start:end] for start, end in marks] == ["gà", "đánh"]

    def test_an_empty_index_answers(self, index: SearchIndex) -> None:
        answer = index.search(SearchRequest("gà"))
        assert (answer.total, answer.hits, index.cases()) == (0, (), set())

    def test_adding_again_replaces(self, filled: SearchIndex) -> None:
        filled.apply([replace(SENTENCES[0], text="con vịt bơi", plain="", urgent=True)], [])
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

    def test_masked_details_and_persons_cannot_be_found(self, standing: SearchIndex) -> None:
        assert "điện thoại" in SENTENCES[12].text
        assert self._cases(standing, "dien* thoai*") == []
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
            "meant",
        ):
            with pytest.raises(QueryError):
                standing.search(SearchRequest(f"{field}:x"))

    def test_measure_and_category_know_every_value(self, standing: SearchIndex) -> None:
        for measure in Measure:
            standing.search(SearchRequest(f"measure:{measure.value}"))
        for category in Category:
            standing.search(SearchRequest(f"category:{category.value}"))

    def _walk(self, index: SearchIndex, request: SearchRequest) -> list[int]:
        """Every case from here on, page by page."""
        cases = []
        for _ in range(50):
            answer = index.search(request)
            cases += [hit.case for hit in answer.hits]
            if not answer.cursor:
                return cases
            request = replace(request, cursor=answer.cursor)
        raise AssertionError("the pages do not end")

    def _cases(
        self,
        index: SearchIndex,
        query: str,
        first: date | None = None,
        last: date | None = None,
        category: Category | None = None,
    ) -> list[int]:
        return [hit.case for hit in index.search(SearchRequest(query, first, last, category, limit=100)).hits]
