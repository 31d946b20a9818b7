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


def download(body: bytes, name: str, media_type: str) -> Response:
    """A file to save; `name` may hold any letters (RFC 6266)."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(body, media_type=media_type, headers={"Content-Disposition": disposition})
