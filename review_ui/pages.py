"""Templates: one Jinja environment a language, autoescaping always, undefined names are errors."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from lachan.domain.account import Role
from lachan.domain.case import CASE_TABLE, case_number
from lachan.domain.errors import LachanError
from lachan.domain.notice import NoticeState
from lachan.domain.taxonomy import Route
from review_ui import moments
from review_ui.language import LANGUAGES, Language

STATIC: Final = files("review_ui").joinpath("static")


@cache
def static_url(name: str) -> str:
    """`/static/desk.css?v=…`: a new release is a new address, so browsers may keep the old one for good."""
    digest = hashlib.sha256(STATIC.joinpath(name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def score_words(score: float, language: Language) -> str:
    """A calibrated score (0 to 1) as a person would say it."""
    if score >= 0.9:
        return language.say("rất có khả năng")
    if score >= 0.7:
        return language.say("nhiều khả năng")
    if score >= 0.5:
        return language.say("có thể")
    return language.say("ít chắc chắn")


class Pages:
    """Renders templates in the language of the visit."""

    def __init__(self) -> None:
        self._environments = {code: self._build(Language(code)) for code in LANGUAGES}

    def render(self, template: str, language: Language, **context: Any) -> str:
        return self._environments[language.code].get_template(template).render(context)

    def _build(self, language: Language) -> Environment:
        environment = Environment(
            loader=PackageLoader("review_ui", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            language.say, lambda one, many, n: language.say(one if n == 1 else many), newstyle=True
        )

        def ago(at: datetime, now: datetime) -> str:
            return moments.span(now - at, language.code)

        environment.filters |= {
            "label": language.label,
            "hint": lambda member: language.label(member, "hint"),
            "action": language.action,
            "reason": language.reason,
            "fetch_word": language.fetch_word,
            "halted": lambda why: language.refusal(LachanError(why)),
            "moment": moments.moment,
            "day": moments.day,
            "score": lambda score: score_words(score, language),
            "percent": lambda score: f"{round(score * 100)} %",
            "number": lambda count: f"{count:,}".replace(",", "." if language.code == "vi" else ","),
            "case_number": case_number,
        }
        environment.globals |= {
            "ago": ago,
            "static_url": static_url,
            "case_deadline": moments.case_deadline,
            "deadline": moments.deadline,
            "past_ceiling": moments.past_ceiling,
            "case_acts": CASE_TABLE.acts,
            "Role": Role,
            "Route": Route,
            "NoticeState": NoticeState,
            "language": language.code,
        }
        return environment
