"""Whose words they are: quotes, signatures and the page's own remarks apart from what the author wrote."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from crawlers.markup import Element, parse_html, region, tokens, visible_text
from crawlers.naming import is_named_body

_QUOTE_CLASSES: Final = frozenset(
    {"quote", "bbcodeblock--quote", "bbcode_quote", "quotebox", "quoteblock", "trich-dan", "quotetitle", "quote-inline",
     "quoteheader", "quotetop", "quotemain", "bbcodequote", "attribution", "quotecontainer"}
)  # fmt: skip
_APART_CLASSES: Final = frozenset(
    {"signature", "message-signature", "actions", "controls", "buttons", "post-buttons", "reply-link", "like",
     "likes", "share", "menu", "reactions", "edited", "lastedit", "message-lastedit", "notice", "tools", "footer",
     "message-footer", "attachments", "bbcodeblock-title", "chu-ky", "onebox"}
)  # fmt: skip
_QUOTE_LEAD: Final = re.compile(
    r"(?:trích|quote|trích dẫn(?: từ:? .{1,80})?"
    r"|.{1,80} (?:đã viết|viết|nói|wrote|said)(?: (?:trong|in|lúc|on) .{1,80})?)\s?:"
    r"|quote\s?\(.{1,80} @ .{1,80}\)",
    re.IGNORECASE,
)
#: What one presses beside a post, alone in its element.
_ACTION: Final = re.compile(
    r"(?:\W*\d+ |\W*xem \d+ )?"
    r"(?:thích|trả lời|phản hồi|chia sẻ|báo cáo|trích dẫn|trích|xem thêm|thu gọn|liên kết|permalink|sửa|xoá|xóa|reply"
    r"|like|share|quote|report|in|lưu|cảm ơn|hữu ích|bình luận|theo dõi|đăng nhập(?: để (?:trả lời|bình luận))?"
    r"|bấm để xem thêm|see more|read more|edit|delete|báo (?:cáo )?vi phạm|gửi (?:trả lời|bình luận)|tuỳ chọn|tùy chọn"
    r"|xem thêm bình luận(?: / gửi bình luận)?|sao chép|ẩn|lên đầu(?: trang)?)\W*(?:\(?\d+\)?)?",
    re.IGNORECASE,
)
_EDIT_NAME: Final = re.compile(
    r"(?:post|comment|message|msg|last)?[-_]?(?:edit|edited|modified)(?:[-_]?(?:date|by|on|info|note))?"
)
#: Of a remark, not of an author's sentence: how it begins, and that it goes on with a name, a date or an hour.
_EDIT_LEAD: Final = re.compile(
    r"(?:(?:bài(?: viết)?|bình luận|nội dung)(?: này)? )?"
    r"(?:(?:đã )?được .{1,40}? (?:chỉnh )?sửa (?:lần cuối|lúc|vào|ngày)"
    r"|sửa bởi\b(?= -)|(?:đã (?:được )?|được )chỉnh sửa"
    r"|(?:đã )?được sửa (?:lần cuối )?(?:bởi|lúc)|chỉnh sửa (?:lần )?cuối"
    r"|sửa (?:lần )?cuối|last edited|edited (?:by|on|at))\b"
    r"[^\d]{0,60}(?:\d{1,4}[/:\-.h]\d|\d{1,2}, \d{4}|\d{1,2} tháng|\d{1,3} (?:phút|giờ|ngày)|bởi |by )",
    re.IGNORECASE,
)
#: A remark without any element in it is one only if its last word is the hour or the date.
_EDIT_END: Final = re.compile(r"\d[:/.\-]\d+\W*$")
_EDIT_TAGS: Final = ("i", "em", "small", "span", "font")
#: What stands where a post was taken away.
_TAKEN_AWAY: Final = re.compile(
    r"\W*(?:(?:nhắc nhở|thông báo|lưu ý|chú ý)\s*:\s*)?"
    r"(?:(?:bài(?: viết)?|bình luận|trả lời|phản hồi|nhận xét|nội dung|tin nhắn|ý kiến|đánh giá)(?: này)? "
    r"(?:đã )?(?:bị|được) [^,;?!]{0,60}?(?:xoá|xóa|gỡ|ẩn|che|kho[áa]|thu hồi)"
    # without saying what: only by whom, since a child's plea may begin so
    r"|(?:đã )?(?:bị|được) (?:(?:quản trị|điều hành|ban quản|mod|admin|bqt|hệ thống|người (?:viết|đăng|dùng)|tác giả)"
    r"[^,;?!]{0,30} )?"
    r"(?:xoá|xóa|gỡ|ẩn))(?: bỏ)?\b"
    r"(?:\W*$| (?:lúc|vì|do|bởi|khỏi|với lý do)\b.*|\s*[.,;:(–-]\s*(?:lý do|lí do|vì|do)\b.*)"
    r"|\W*(?:this )?(?:(?:comment|post|message) (?:was |has been |is )?)?(?:deleted|removed)\b"
    r"(?: by (?:the |its )?\w+)?\W*$",
    re.IGNORECASE,
)
#: The same in brackets.
_TAKEN_MARK: Final = re.compile(
    r"\W*[\[(<]\s*(?:[\w ]{0,30}\b)?(?:xoá|xóa|gỡ|ẩn|gắn cờ|deleted|removed|flagged|dead)\s*[\])>]\W*",
    re.IGNORECASE,
)
#: "--" over a signature that was taken out, "..." to press for a quote.
_RULE: Final = re.compile(r"[-–—_]{2,}|\.\.\.|…")
_QUOTED_LINE: Final = re.compile(r"(?:>\s*)+[^\W_]|(?:>\s*)+[\"“'(\[*]")
_AD_NAME: Final = re.compile(
    r"(?:adsense|advert\w*|quang-?cao|qc|sponsor\w*|ad-?(?:wrap|inline|box|slot|unit|banner|label|container)"
    r"|wcfad\w*|[a-z]{2,5}-ad)",
    re.IGNORECASE,
)
_AD_TAGS: Final = ("div", "span", "small", "label", "h3", "h4")
_AD: Final = re.compile(r"\W*(?:quảng cáo|advertisement|tài trợ)\W*", re.IGNORECASE)
#: What a page prints in bold before the words: "Câu hỏi:".
_LABEL: Final = re.compile(r"\s*(?:câu hỏi|hỏi|trả lời|đáp|nội dung|ý kiến|góp ý)\s*:\s*", re.IGNORECASE)
_EDIT_LINK: Final = re.compile(r"(?:đã sửa|edited)\s", re.IGNORECASE)
_PRESSED: Final = ("a", "button")
_MAX_ACTION: Final = 40
_MAX_EDIT: Final = 160  # characters of a remark
_SIGNATURE: Final = re.compile(r"[a-z]{0,12}[-_]?(?:signature|chu-?ky)|[a-z]?sig")


def is_action(node: Element) -> bool:
    """Whether an element is a link or a button to press ("Trả lời", "Thích (3)"), by all that it says."""
    pressed = node.tag in _PRESSED or node.get("role") == "button"
    if not pressed and (len(node) != 1 or node[0].tag not in _PRESSED or (node.text or "").strip()):
        return False
    said = "".join(islice(node.itertext(), 6)).strip()
    return len(said) <= _MAX_ACTION and _ACTION.fullmatch(said) is not None


def is_edit(node: Element) -> bool:
    """Whether an element is the page's remark that a post was changed: who and when of it are not the post's."""
    if any(_EDIT_NAME.fullmatch(name) for name in tokens(node)):
        return True
    if len(node) == 0 and node.tag in _EDIT_TAGS:
        said = (node.text or "").strip()
        return len(said) <= _MAX_EDIT and bool(_EDIT_LEAD.match(said)) and _EDIT_END.search(said) is not None
    if len(node) == 0 or node.tag not in ("span", "div", "p", "em", "i", "small", "a"):
        return False
    if node.tag == "a":
        return _EDIT_LINK.match((node.text or "").lstrip()) is not None
    first = next((piece for piece in islice(node.itertext(), 4) if not piece.isspace()), "")
    if first.lstrip()[:1].lower() not in "đcslebn":  # which takes less to see
        return False
    said = " ".join("".join(islice(node.itertext(), 20)).split())
    return len(said) <= _MAX_EDIT and _EDIT_LEAD.match(said) is not None


def is_taken_away(text: str) -> bool:
    """Whether all that a post says is the page's remark that it is gone."""
    return len(text) <= _MAX_EDIT and (_TAKEN_AWAY.match(text) or _TAKEN_MARK.fullmatch(text)) is not None


def own_lines(text: str) -> str:
    """`text` without lines that begin with ">" after one that leads over to a quote, and rules at its end.

    Without such a lead they stay: else whoever puts ">" before their words would not be read.
    """
    lines = text.split("\n")
    while len(lines) > 1 and _RULE.fullmatch(lines[-1]) is not None:
        lines.pop()
    if ">" not in text:
        return "\n".join(lines)
    kept: list[str] = []
    in_quote = False
    for line in lines:
        if _QUOTED_LINE.match(line) is None:
            kept.append(line)
            in_quote = False
        elif not in_quote and kept and len(kept[-1]) <= _MAX_EDIT and _QUOTE_LEAD.fullmatch(kept[-1]):
            kept.pop()
            in_quote = True
        elif not in_quote:
            kept.append(line)
    return "\n".join(kept or lines)


def is_ad(node: Element) -> bool:
    """Whether an element is called an advertisement, or says only that it is one."""
    return any(_AD_NAME.fullmatch(name) for name in tokens(node)) or (
        len(node) == 0 and node.tag in _AD_TAGS and bool(_AD.fullmatch((node.text or "")[:40]))
    )


def is_label(node: Element) -> bool:
    """Whether an element is the page's word for what follows it ("Câu hỏi:"), in bold."""
    return (
        node.tag in ("b", "strong", "dt", "label", "h4", "h5")
        and len(node) == 0
        and bool(_LABEL.fullmatch((node.text or "")[:40]))
    )


def is_quote(node: Element) -> bool:
    """Whether an element holds what somebody else said, or leads over to it ("Trích:")."""
    return (
        (node.tag in ("blockquote", "q") and not is_named_body(node))
        or not _QUOTE_CLASSES.isdisjoint(tokens(node))
        or node.get("data-quote") is not None
        or node.get("data-quote-id") is not None
        or node.get("data-type") in ("quote", "blockquote")
        or (len(node) == 0 and bool(_QUOTE_LEAD.fullmatch((node.text or "").strip()[:120])))
        or _leads_to_a_quote(node)
    )


def _leads_to_a_quote(node: Element) -> bool:
    """Whether it says who is quoted in what follows: "@An đã nói trong Chuyện lớp:"."""
    following = node.getnext()
    if following is None or following.tag not in ("blockquote", "q") or (node.tail or "").strip():
        return False
    return _QUOTE_LEAD.fullmatch(" ".join("".join(islice(node.itertext(), 12)).split())[:160]) is not None


def is_apart(node: Element) -> bool:
    """Whether an element is a quote, a signature, or what the page says of the post."""
    names = tokens(node)
    return (
        not _APART_CLASSES.isdisjoint(names)
        or any(_SIGNATURE.fullmatch(name) for name in names)
        or is_quote(node)
        or is_edit(node)
        or is_action(node)
        or is_ad(node)
        or is_label(node)
    )


def own_words(html: str) -> str:
    """The visible text of a piece of HTML, without quotes and signatures."""
    tree = parse_html(html)
    if tree is None:
        return ""
    return visible_text(tree, {node for node in region(tree) if is_apart(node)})
