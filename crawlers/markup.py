"""HTML as trees and trees as text: hidden parts left out, lines kept, never a recursion a page could exhaust."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from lxml import etree

Element: TypeAlias = Any  # lxml ships no types

MAX_URL: Final = 2_000  # characters
_MAX_SEGMENTS: Final = 12  # of a path; deeper ones are traps
_MAX_PARAMETERS: Final = 6
_SILENT: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "head",
        "select",
        "option",
        "button",
        "input",
        "textarea",
        "form",
        "nav",
        "audio",
        "video",
        "canvas",
        "map",
        "amp-ad",
    ]
) - {"form"}  # some forums wrap a whole thread in a form
BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_MAX_SIGN: Final = 20  # characters
_NAME_OF_A_SIGN: Final = re.compile(r"[^\W\d_]{2,}(?:[ _-][^\W\d_]+)+|[A-Z][^\W\d_A-Z]{3,}")  # "Very Happy"
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BAD_CHARACTERS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS: Final = bytes(code for code in range(32) if code not in (9, 10, 13))
_ORIGIN: Final = re.compile(r"https?://[^/?#\\]+", re.IGNORECASE)
_REFERENCE: Final = re.compile(rb"&#(x[0-9a-fA-F]{1,8}|[0-9]{1,10});")
_HTML_REFERENCE: Final = re.compile(rb"&#([xX][0-9a-fA-F]{1,8}|[0-9]{1,10});?")
_TRACKING: Final = re.compile(
    r"(?:utm_\w+|fbclid|gclid|zarsrc|phpsessid|jsessionid|sid|session_?id|ref|share)", re.IGNORECASE
)
_MEDIA: Final = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|mp[34]|m4[av]|webm|avi|mov|wav|ogg|pdf|docx?|xlsx?|pptx?|zip|rar|7z|gz"
    r"|tar|exe|apk|css|js|json|woff2?|ttf|eot)$",
    re.IGNORECASE,
)


def parse_html(text: str) -> Element | None:
    """The tree of a page, however broken; None where there is none. Nothing is fetched, no entity expanded."""
    cleaned = text if _has_no_bad_characters(text) else _BAD_CHARACTERS.sub(" ", text)
    if not cleaned.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, recover=True, huge_tree=False)
    try:
        # references to what no text may hold get through the parser, and raise where the text is set again
        return etree.fromstring(_HTML_REFERENCE.sub(_character, cleaned.encode()), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _has_no_bad_characters(text: str) -> bool:
    """As the pattern says, asked of the bytes, which takes a fraction of the time."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    found = len(raw.translate(None, _CONTROLS)) != len(raw)
    return not found and b"\xef\xbf\xbe" not in raw and b"\xef\xbf\xbf" not in raw


def _character(match: re.Match[bytes]) -> bytes:
    number = match[1].lower()
    code = int(number[1:], 16) if number.startswith(b"x") else int(number)
    allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xDFFF < code < 0xFFFE or 0xFFFF < code < 0x110000
    return match.group() if allowed else b" "


def parse_xml(body: bytes) -> Element | None:
    """The tree of an XML document, as far as it can be read; no entity expanded, nothing fetched."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        # lxml gives a reference to half a surrogate pair as bytes that it then cannot decode
        return etree.fromstring(_REFERENCE.sub(_character, body), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def tokens(element: Element) -> frozenset[str]:
    """The class names of an element, in small letters; of `comment__info__date` also `date`."""
    return _tokens(element.get("class") or "")


@lru_cache(maxsize=4096)  # a page repeats few hundred
def _tokens(given: str) -> frozenset[str]:
    names = given.lower()
    if "__" not in names:
        return frozenset(names.split())
    return frozenset(part for name in names.split() for part in (name, name.rpartition("__")[2]))


def is_hidden(element: Element) -> bool:
    """Whether a reader of the page would not see this element."""
    tag = element.tag
    get = element.get
    if not isinstance(tag, str) or (tag in _SILENT and (tag != "template" or not get("shadowrootmode"))):
        return True  # a template with a shadow root is what its component shows
    if get("hidden") is not None or get("aria-hidden") == "true":
        return True
    style = get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None


def region(element: Element, without: Collection[Element] = ()) -> Iterator[Element]:
    """`element` and what is visible under it, in document order, but for what lies in `without`."""
    stack = [element]
    while stack:
        node = stack.pop()
        if (node in without and node is not element) or is_hidden(node):
            continue
        yield node
        stack.extend(reversed(node))


def visible_text(element: Element, without: Collection[Element] = ()) -> str:
    """What a reader sees, one line a block; spaces run together; but for what lies in `without`."""
    lines = (" ".join(line.split()) for line in "".join(_shown(element, without)).split("\n"))
    return "\n".join(line for line in lines if line)


def preformatted(element: Element, without: Collection[Element] = ()) -> str:
    """What a reader sees of a `pre`, its lines and spaces as they are; but for what lies in `without`."""
    pieces: list[str] = []
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            pieces.append(node)
            continue
        if is_hidden(node) or (node in without and node is not element):
            continue
        if node.tag == "br":
            pieces.append("\n")
        elif node.tag == "img":
            pieces.append(_emoji(node))
        elif node.text:
            pieces.append(node.text)
        for child in reversed(node):
            if child.tail:
                stack.append(child.tail)
            stack.append(child)
    return "".join(pieces)


def has_text(element: Element, without: Collection[Element] = ()) -> bool:
    """Whether `visible_text` is any, found out by no more of it than that takes."""
    return any(piece and not piece.isspace() for piece in _shown(element, without))


def _shown(element: Element, without: Collection[Element]) -> Iterator[str]:
    """The texts of an element in their order, with the ends of lines between them."""
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        if is_hidden(node) or (node in without and node is not element):
            continue
        tag = node.tag
        if tag == "br":
            yield "\n"
            continue
        if tag == "img":
            yield _emoji(node)
            continue
        is_block = tag in BLOCKS
        if is_block:
            yield "\n"
        if tag == "pre":
            yield preformatted(node, without)
            yield "\n"
            continue
        if (text := node.text) is not None:
            yield _flat(text)
        after: list[Any] = []
        for child in node:
            after.append(child)
            if (tail := child.tail) is not None:
                after.append(_flat(tail))
        if is_block:
            after.append("\n")
        after.reverse()
        stack += after


def _flat(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")


def _emoji(image: Element) -> str:
    """The sign for a picture that stands in a sentence; "" for all others, and for words that name it."""
    alternative = image.get("alt") or ""
    if len(alternative) > _MAX_SIGN or _NAME_OF_A_SIGN.fullmatch(alternative) is not None:
        return ""
    about = f"{image.get('class') or ''} {image.get('src') or ''}".lower()
    return alternative if "smil" in about or "emoji" in about else ""


def clean_url(base: str, href: str | None, *, fragment: bool = False) -> str | None:
    """`href` as an absolute http(s) address without tracking; None for media, traps and everything else."""
    if not href or len(href) > MAX_URL:
        return None
    place, _, mark = href.strip().partition("#")
    if place.startswith("/") and not place.startswith("//"):
        origin = _ORIGIN.match(base)  # of a page only its origin counts: menus are the same on all of a site
        cleaned = _cleaned(origin.group() if origin else base, place)
    else:
        cleaned = _cleaned(base, place)
    if cleaned is None or not fragment or not mark:
        return cleaned
    return f"{cleaned}#{mark}" if len(cleaned) + len(mark) < MAX_URL else None


@lru_cache(maxsize=4096)
def _cleaned(base: str, href: str) -> str | None:
    try:
        parts = urlsplit(urljoin(base, href))
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            return None
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return None
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) > _MAX_SEGMENTS or any(segments.count(segment) > 2 for segment in set(segments)):
        return None
    kept = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)]
    if len(kept) > _MAX_PARAMETERS or _MEDIA.search(parts.path):
        return None
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    path = re.sub(r";jsessionid=[^/?#]*", "", parts.path, flags=re.IGNORECASE) or "/"
    cleaned = parts._replace(
        netloc=parts.netloc.rpartition("@")[2].lower(),
        path=path,
        query=query,
        fragment="",
    ).geturl()
    return cleaned if len(cleaned) <= MAX_URL else None


def base_of(tree: Element, url: str) -> str:
    """What relative addresses of the page are relative to."""
    for element in tree.iter("base"):
        return clean_url(url, element.get("href")) or url
    return url
