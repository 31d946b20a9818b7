"""Nothing is said in one language only; the glossary is kept."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import review_ui
from classifiers.evidence import Code
from classifiers.vetted import ListCode
from lachan.domain.account import Permission, Role
from lachan.domain.alert import AlertAct, AlertPace, AlertState, AlertSubject, AlertWay
from lachan.domain.appeal import AppealAct, AppealState
from lachan.domain.budget import BYTES_DAY, BYTES_RUN, HOURS, PAGES_DAY, PAGES_RUN
from lachan.domain.bulletin import SendingState
from lachan.domain.case import CaseAct, CaseState
from lachan.domain.citation import CitationRole, RequestKind
from lachan.domain.directory import Standing
from lachan.domain.errors import (
    ConflictError,
    InputError,
    LachanError,
    NotFound,
    RefusedError,
    TransitionError,
)
from lachan.domain.measure import Measure
from lachan.domain.notice import NoticeAct, NoticeState, PageCheck
from lachan.domain.post import SourceKind, SourcePurpose, SourceState
from lachan.domain.privacy import DetailKind
from lachan.domain.referral import HarmSource, RecipientKind, ReferralAct, ReferralState
from lachan.domain.report import (
    ContactReason,
    Quarantine,
    ReportAct,
    ReportDesk,
    Reporter,
    ReportOutcome,
    ReportState,
)
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, Route
from lachan.pipeline.crawl_status import Silence
from review_ui.language import Language, english, known_refusal, labels, reasons
from review_ui.reveal import RevealReason
from review_ui.shortcuts import Shortcut
from tests.review_ui.station import Station

HOUSE = Path(review_ui.__file__).parent
ENUMS: list[type[StrEnum]] = [
    AgeBand, AlertPace, AlertState, AlertSubject, AlertWay, AppealAct, AppealState, Audience, CaseAct,
    CaseState, Category, CitationRole, ContactReason,
    Context, DetailKind, HarmSource, Measure, NoticeAct, NoticeState, PageCheck, Permission, Quarantine,
    RecipientKind, ReferralAct, ReferralState, ReportAct, ReportDesk, ReportOutcome, ReportState, Reporter,
    RequestKind, RevealReason, Role, Route, SendingState, Shortcut, Silence, SourceKind, SourcePurpose,
    SourceState, Standing,
]  # fmt: skip


@pytest.mark.parametrize("kind", ENUMS)
def test_every_member_has_a_name_in_both_languages(kind: type[StrEnum]) -> None:
    group = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    assert set(labels()[group]) == {member.value for member in kind}
    for member in kind:
        for code in ("vi", "en"):
            assert Language(code).label(member) == labels()[group][member.value][code] != ""


@pytest.mark.parametrize("member", [*Category, *(m for m in Measure)])
def test_what_is_chosen_has_a_hint(member: StrEnum) -> None:
    assert Language("vi").label(member, "hint") and Language("en").label(member, "hint")


def test_every_rule_of_the_judge_is_a_sentence() -> None:
    assert {code.value for code in (*Code, *ListCode)} <= set(reasons())
    assert Language("en").reason("new_rule") == "Sign: new_rule"


def test_every_sentence_has_its_english_and_no_more() -> None:
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    found = {
        message
        for _, _, message, _, _ in extract_from_dir(
            HOUSE,
            method_map=methods,
            options_map={"templates/**.html": {"newstyle_gettext": "true"}},
            keywords={"_": None, "say": None},
        )
    }
    assert len(found) > 300
    assert found == set(english())


def test_translations_keep_their_places() -> None:
    for vietnamese, translated in english().items():
        names = {name for _, name, _, _ in string.Formatter().parse(_braced(vietnamese)) if name}
        assert names == {name for _, name, _, _ in string.Formatter().parse(_braced(translated)) if name}
        assert "%" not in vietnamese.replace("%(", "")


def _braced(sentence: str) -> str:
    return sentence.replace("%(", "{").replace(")s", "}")


def _raised(path: Path) -> Iterator[str]:
    """Every message that this file raises or returns as a refusal; `{}` stands for what is filled in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            for argument in node.exc.args:
                yield from _text(argument)
        if path.stem == "source_rules" and isinstance(node, ast.Return) and node.value is not None:
            yield from _text(node.value)


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)


def test_every_refusal_of_the_use_cases_has_a_sentence() -> None:
    root = HOUSE.parent
    files = [root / "lachan/pipeline" / f"{name}.py" for name in
             ("accounts", "alerts", "appeal", "approval", "claims", "clauses", "clusters", "directory", "flood",
              "notify", "oncall", "passwords", "places", "protect", "report", "report_case", "review", "sources",
              "speaker")]  # fmt: skip
    files += [root / "lachan/domain" / f"{name}.py" for name in
              ("account", "address", "alert", "budget", "clause_end", "directory", "measure", "citation", "report",
               "transition", "source_rules")]  # fmt: skip
    files += [*HOUSE.glob("*.py"), *(HOUSE / "routes").glob("*.py")]
    unsaid = {m for path in files for m in _raised(path) if " " in m and not known_refusal(m)}
    assert not {m for m in unsaid if not m.startswith("routes and permissions differ")}


def test_refusals_are_filled_in_words() -> None:
    vi = Language("vi")
    assert vi.refusal(ConflictError("VV-000003 is with somebody else")).startswith(
        "VV-000003 đang do người khác"
    )
    state = vi.refusal(RefusedError("the case is closed: claim is not possible (possible: nothing)"))
    assert "“Đã đóng”" in state
    source = vi.refusal(TransitionError("the source dien-dan is stopped: nothing to resume"))
    assert "“Đã dừng”" in source
    assert "legal_basis" not in vi.refusal(InputError("a source needs its legal_basis"))
    assert vi.refusal(NotFound("case 7")).startswith("Không tìm thấy")
    assert "{oops}" in vi.refusal(InputError("choose from the list: {oops}"))
    assert vi.refusal(LachanError("?"))


def test_every_word_of_the_crawler_is_said(station: Station) -> None:
    """The words of the operators' table, those in the crawler's code and those of budgets: none is shown raw."""
    page = (HOUSE.parent / "docs/operators.md").read_text(encoding="utf-8")
    table = page.partition("| word in `lachan crawl` | meaning |")[2].partition("\n\n")[0]
    words = set(
        re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in table.splitlines() if row[:3] == "| `"))
    )
    for path in (HOUSE.parent / "crawlers").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        words |= set(re.findall(r'(?:Trouble|NotAllowed)\("(\w+)"', code))
        words |= set(re.findall(r'_settle\(page, "(\w+)"', code))
    words |= {HOURS, PAGES_DAY, BYTES_DAY, PAGES_RUN, BYTES_RUN}
    assert len(words) > 20
    assert words - set(labels()["fetch_word"]) - {"robots_refused", "lease_over"} == set()
    assert Language("vi").fetch_word("http_503") == "máy chủ trả lời mã 503"
    assert Language("en").fetch_word("new_word") == "new_word"


def test_the_glossary_is_kept() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in HOUSE.rglob("*") if path.suffix in (".html", ".json")
    ]
    for text in texts:
        assert "đối tượng" not in text.casefold()
    names = labels()["measure"]
    assert names["platform_label"]["vi"] == "Gắn nhãn cảnh báo"
    assert names["owner_warning"]["vi"] == "Thông báo chủ tài khoản"
    assert names["public_advisory"]["vi"] == "Khuyến cáo"


def test_actions_in_use_have_words(station: Station) -> None:
    used = {
        node.value
        for path in (HOUSE.parent / "lachan/pipeline").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_action(node.value)
    }
    used |= {f"referral:{act.value}" for act in ReferralAct} | {f"alert:{act.value}" for act in AlertAct}
    assert used - set(labels()["action"]) == set()


def _is_action(text: str) -> bool:
    first, _, second = text.partition(":")
    subjects = {"account", "alert", "appeal", "case", "clause", "crawl", "directory", "flood", "import", "inbox",
                "index", "notice", "referral", "removal", "report", "retain", "search", "source", "system"}  # fmt: skip
    return first in subjects and second.replace("_", "").isalpha()


def test_the_desk_speaks_both(station: Station) -> None:
    officer = station.person("can-bo")
    assert '<html lang="vi">' in officer.get("/").text
    officer.post("/settings", language="en", next="/queue/review")
    page = officer.get("/queue/review").text
    assert '<html lang="en">' in page and "Review queue" in page
    assert "Hàng chờ" not in page
