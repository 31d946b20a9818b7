"""Whole documents of our own writers (letters, reports), handed on under a policy of their own.

They may carry `<style>` elements: each is allowed by its digest, so that nothing else inline ever runs.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

_STYLE: Final = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_BODY: Final = re.compile(r"<body[^>]*>", re.IGNORECASE)
_WATERMARK: Final = (
    "<style>.lachan-preview{position:fixed;inset:0;display:grid;place-items:center;pointer-events:none;"
    "font:700 12vw sans-serif;color:rgba(170,0,0,.16);transform:rotate(-28deg);z-index:9}</style>"
    '<div class="lachan-preview" aria-hidden="true">DỰ THẢO</div>'
)


def embedded(html: str) -> Response:
    """A document for a frame of this desk: no script, no request, only its own styles and data pictures."""
    digests = [
        "'sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() + "'"
        for style in _STYLE.findall(html)
    ]
    policy = (
        f"default-src 'none'; img-src data:; style-src {' '.join(digests) or chr(39) + 'none' + chr(39)}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-modals"
    )
    headers = {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(html, headers=headers)


def preview(html: str) -> str:
    """The document with `DỰ THẢO` across every page: it is no letter yet."""
    return _BODY.sub(lambda body: body.group() + _WATERMARK, html, count=1)


def download(body: bytes, name: str, media_type: str) -> Response:
    """A file to save; `name` may hold any letters (RFC 6266)."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(body, media_type=media_type, headers={"Content-Disposition": disposition})
