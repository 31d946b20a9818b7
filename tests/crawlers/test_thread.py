from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.markup import parse_html
from crawlers.thread import thread_posts
from lachan.domain.post import RawPost

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
URL = "https://f.example/threads/chuyen.12/"

XENFORO = """<h1>Tiêu đề</h1><article class="message message--post js-post" data-author="Bé Na" id="js-post-11">
<div class="message-cell"><h4 class="message-name"><a class="username">Bé Na</a></h4></div><time class="u-dt"
datetime="2026-10-12T08:15:00+0700">12/10/26</time><a href="/threads/chuyen.12/post-11">#1</a>
<div class="message-body">
<div class="bbWrapper"><blockquote class="bbCodeBlock--quote">lời người khác</blockquote>lời của mình
<br>dòng hai</div></div>
<aside class="message-signature">chữ ký</aside></article>"""
PHPBB = """<h1>Tiêu đề</h1><div id="p11" class="post bg2"><dl class="postprofile"><dt><a class="username">Bé Na
</a></dt></dl>
<div class="postbody"><h3><a href="#p11">Tiêu đề</a></h3><p class="author">bởi <strong>
<a class="username">Bé Na</a></strong>
» Thứ Hai, 12/10/2026 08:15</p><div class="content">lời của mình<br>dòng hai<blockquote><cite>An viết:
</cite>lời người khác
</blockquote></div><div class="signature">chữ ký</div></div></div>"""
VBULLETIN = """<h1>Tiêu đề</h1><ol><li class="postbit postcontainer" id="post_11">
<span class="date">12-10-2026, 08:15 SA</span>
<a class="bigusername">Bé Na</a><div class="content"><div id="post_message_11">
<blockquote class="postcontent restore">
</blockquote><div class="postcontent"><div class="quote">lời người khác</div>lời của mình<br>dòng hai</div>
</div></div></li></ol>"""
MICRODATA = """<h1>Tiêu đề</h1><main itemscope itemtype="https://schema.org/DiscussionForumPosting">
<div itemprop="text">
lời của mình<br>dòng hai</div><span itemprop="author" itemscope itemtype="https://schema.org/Person">
<b itemprop="name">Bé Na</b>
</span><meta itemprop="datePublished" content="2026-10-12T08:15:00+07:00"><a itemprop="url" href="#post-11">#</a>
<div itemprop="comment" itemscope itemtype="https://schema.org/Comment" id="post-12">
<span itemprop="author">Cu Tí</span>
<time itemprop="dateCreated" datetime="2026-10-12T09:00:00+07:00">9:00</time><p itemprop="text">trả lời</p>
</div></main>"""
BARE = """<h1>Tiêu đề</h1><table><tr><td><a name="post-11"></a><b>Bé Na</b><br>12/10/2026 08:15<td>
<p>lời của mình<br>dòng hai
<tr><td><a name="post-12"></a><b>Cu Tí</b><br>hôm qua lúc 21:05<td><p>trả lời thật là dài dòng"""
NESTED = """<h1>Tiêu đề</h1><ul><li class="comment" id="comment-11"><cite class="fn">Bé Na</cite> <time
datetime="2026-10-12T08:15:00+07:00">x</time><div class="comment-content">lời của mình<br>dòng hai</div>
<ul class="children">
<li class="comment" id="comment-12"><cite class="fn">Cu Tí</cite><div class="comment-content">trả lời</div>
</li></ul></li></ul>"""
DISCOURSE = """<h1>Tiêu đề</h1><div class="topic-body crawler-post" id="post_11"><div class="crawler-post-meta"><span
class="creator"><a href="/u/bena"><span class="username">Bé Na</span></a></span>
<time datetime="2026-10-12T01:15:00Z">x</time>
</div><div class="post"><p>lời của mình</p><p>dòng hai</p></div></div>"""


def posts_of(html: str, url: str = URL) -> list[RawPost]:
    tree = parse_html(html)
    assert tree is not None
    return thread_posts(tree, url, NOW)


@pytest.mark.parametrize("html", [XENFORO, PHPBB, VBULLETIN, MICRODATA, BARE, NESTED, DISCOURSE])
def test_layouts(html: str) -> None:
    first = posts_of(html)[0]
    assert first.text == "lời của mình\ndòng hai"
    assert first.author == "Bé Na"
    assert first.published_at == datetime(2026, 10, 12, 1, 15, tzinfo=UTC)
    assert first.title == "Tiêu đề"
    assert first.thread_url == URL
    assert "11" in first.url.rpartition("#")[2] or first.url.endswith("post-11")


@pytest.mark.parametrize("html", [MICRODATA, BARE, NESTED])
def test_the_second_post_is_apart_and_without_title(html: str) -> None:
    first, second = posts_of(html)
    assert second.text.startswith("trả lời") and second.author == "Cu Tí" and second.title is None
    assert second.url != first.url and second.thread_url == first.thread_url


def test_a_signature_gives_no_post_the_address_of_another_site() -> None:
    unlinked = XENFORO.replace('<a href="/threads/chuyen.12/post-11">#1</a>', "")
    signed = unlinked.replace("chữ ký", "<a href='https://other.example/t/1#post-9'>x</a>")
    assert signed != XENFORO and posts_of(signed)[0].url == f"{URL}#js-post-11"


def test_a_later_page_has_no_opening_post() -> None:
    assert posts_of(XENFORO, URL + "page-2")[0].title is None
    assert posts_of(XENFORO, URL + "page-2")[0].thread_url == URL


def test_what_nobody_sees_is_not_read() -> None:
    hidden = XENFORO.replace(
        "lời của mình", "<span style='display: none'>bẫy</span><script>x</script>lời của mình"
    )
    assert posts_of(hidden)[0].text == "lời của mình\ndòng hai"


def test_a_page_without_posts() -> None:
    assert posts_of("<h1>Mục lục</h1><ul><li><a href='/threads/a.1/'>a</a></li></ul>") == []


def test_a_post_that_begins_with_a_day_word_hides_no_thread() -> None:
    """A sentence such as "Hôm qua trời mưa" is no time of a post: as one it lost every post of a bare layout."""
    rows = "".join(
        f"<tr><td><b>{name}</b><br><i>Hôm qua lúc 14:48</i><td><p>{text}"
        for name, text in (("Bé Na", "Hôm qua trời mưa to quá"), ("An", "Hôm nay mới tạnh đó bạn"))
    )
    posts = posts_of(f"<h1>Mưa</h1><table>{rows}</table>")
    assert [post.text for post in posts] == ["Hôm qua trời mưa to quá", "Hôm nay mới tạnh đó bạn"]


def test_names_of_blocks_and_elements_and_a_time_in_a_title() -> None:
    """As Spirit and others write: block__element, the whole date behind a short one."""
    posts = "".join(
        f"""<div class="comments_list__comment js-comment" id="c{n}"><div class="comment__info">
        <div class="comment__info__username"><a href="/user/{n}/"><span>ban_{n}</span></a></div>
        <ul class="comment__info__date"><li title="19:0{n} Ngày 01 tháng 10 năm 2026">1 Tháng 10</li></ul></div>
        <div class="comment__text"><p>Câu thứ {n} của cả lớp.</p></div><div class="comment__footer">share</div></div>"""
        for n in (1, 2)
    )
    found = thread_posts(parse_html(f"<h1>Lớp</h1>{posts}"), URL, NOW)
    assert [(p.text, p.author, p.url, p.published_at) for p in found] == [
        (f"Câu thứ {n} của cả lớp.", f"ban_{n}", f"{URL}#c{n}", datetime(2026, 10, 1, 12, n, tzinfo=UTC))
        for n in (1, 2)
    ]
