"""Hand-labelled pages of many layouts: the floors of `bench/extract.py`, and hostile pages by the thousand."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.extract import LAYOUTS, Score, labels, read, score
from crawlers.extract import Fetched
from crawlers.spiders import READERS
from lachan.domain.post import SourceKind
from lachan.pipeline.ports import PageKind

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
#: LACHAN_FUZZ_PAGES=10000 reads as many.
PAGES = int(os.environ.get("LACHAN_FUZZ_PAGES", "150"))
LABELS = labels()


def test_every_page_has_its_labels() -> None:
    assert {path.name for path in LAYOUTS.glob("*.html")} == set(LABELS)
    assert len(LABELS) >= 12


def test_floors_over_all_layouts() -> None:
    total = Score()
    for name, label in LABELS.items():
        total = total.plus(score(name, label))
    figures = total.figures()
    assert total.labelled >= 40
    assert min(figures["precision"], figures["recall"], figures["author"], figures["time"]) >= 0.95


@pytest.mark.parametrize("name", sorted(LABELS))
def test_a_quote_is_never_its_quoters_words(name: str) -> None:
    """Every post of the page once: what others said again of it is not there a second time."""
    texts = [post.text for post in read(name, LABELS[name])]
    whole = "\n".join(texts)
    for row in LABELS[name]["posts"]:
        line = row["text"].split("\n")[-1]
        assert whole.count(line) == 1


TAG = st.sampled_from(
    [
        "div",
        "article",
        "table",
        "tr",
        "td",
        "p",
        "blockquote",
        "time",
        "a",
        "span",
        "h1",
        "li",
        "ul",
        "script",
        "meta",
    ]
)
CLASS = st.sampled_from(
    [
        "post",
        "message",
        "bbWrapper",
        "username",
        "quote",
        "content",
        "comment-body",
        "isso-comment",
        "author",
        "date",
        "",
    ]
)
WORD = st.sampled_from(
    ["3 giờ trước", "hôm qua lúc 21:05", "31/02/2026", "99:99", "Trích:", "An viết:", "&#0;", "&amp;", "<", "<!--",
     "\x00",      "]]>", "﷽", "\u202e", "đ" * 50, "{", "2026-11-19T25:00:00", "99999999999999999999", "a" * 300]
)  # fmt: skip


@st.composite
def element(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    tag, name = draw(TAG), draw(CLASS)
    more = draw(
        st.sampled_from(
            ["", ' itemscope itemtype="http://schema.org/Comment"', ' itemprop="text"', ' id="post-1"', ' id="msg_1"',

             ' type="application/ld+json"', ' href="//[::1"', ' datetime="x"', ' data-time="9" ', ' name="robots"']
        )
    )  # fmt: skip
    end = f"</{tag}>" if draw(st.booleans()) else ""
    return f'<{tag} class="{name}"{more}>{draw(inner)}{end}'


HTML = st.recursive(
    WORD | st.text(max_size=30),
    lambda inner: element(st.lists(inner, max_size=4).map("".join)),
    max_leaves=20,
)
CUT = st.tuples(
    st.sampled_from(sorted(LABELS)), st.integers(0, 6000), st.integers(0, 6000), st.binary(max_size=30)
)


def _spoilt(cut: tuple[str, int, int, bytes]) -> bytes:
    """A real layout with a piece of it replaced by noise."""
    name, start, length, noise = cut
    page = (LAYOUTS / name).read_bytes()
    return page[:start] + noise + page[start + length :]


@settings(max_examples=PAGES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    HTML.map(lambda text: text.encode("utf-8", "surrogatepass")) | CUT.map(_spoilt) | st.binary(max_size=300)
)
def test_no_page_makes_extraction_raise(body: bytes) -> None:
    for kind in (SourceKind.FORUM, SourceKind.FEED, SourceKind.XENFORO, SourceKind.TELEGRAM):
        for page in PageKind:
            found = READERS[kind](Fetched("https://f.example/threads/a.1/", body, NOW, "text/html"), page)
            assert all(post.text and "\x00" not in post.text for post in found.posts)
