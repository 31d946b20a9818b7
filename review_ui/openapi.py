"""The description of the interface for programmes, as OpenAPI 3.1: what FastAPI writes, and what it cannot know."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from review_ui.desk import Desk
from review_ui.permissions import OUTSIDE, ROUTES

_PROBLEM = "application/problem+json"


def describe(app: FastAPI) -> dict[str, Any]:
    """Errors are problem+json and nothing else; what needs a session says so, and by which cookie."""
    document = app.openapi()  # made once, then the same object
    desk: Desk = app.state.desk
    session = {"type": "apiKey", "in": "cookie", "name": desk.cookies.session}
    document["components"]["securitySchemes"] = {"session": session}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            needed = ROUTES[f"{method.upper()} {path}"]
            operation["security"] = [] if needed is None or needed == OUTSIDE else [{"session": []}]
            for response in operation["responses"].values():
                if _PROBLEM in response.get("content", {}):
                    response["content"].pop("application/json", None)
    return document
