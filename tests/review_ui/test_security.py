"""What somebody with bad intentions would try: words that are markup, forms from elsewhere, redirects that lead away,
other people's things, sessions that were planted, lines that become headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

import pytest
from lxml import html

from lachan.domain.account import PERMISSIONS
from lachan.domain.case import Case, CaseState
from lachan.domain.notice import NoticeAct
from lachan.domain.post import SourceKind
from lachan.domain.report import Reporter, Told
from lachan.domain.taxonomy import Context
from review_ui.guard import OPEN_FORMS
from review_ui.permissions import ROUTES
from tests.review_ui.station import NECESSITY, PEOPLE, Person, Station, form_token, source
from tests.review_ui.test_case import REMOVAL, basis_of

#: Markup wherever it could stand: in text, in an attribute of either quote, in a style, in a template.
PROBE = "\"'></textarea></title></script><xss-probe onerror=alert(1) style=x>{{7*7}}${7*7}"
ONE_OF_EACH = ("can-bo", "phe-duyet", "phe-duyet-hai", "bao-ve", "phan-tich", "kiem-tra", "quan-tri-hai")


@dataclass(frozen=True)
class Objects:
    """One of each thing that has a number, full of PROBE where people write."""

    review: Case
    protect: Case
    waiting: Case
    decided: Case
    notice: int
    appeal: int
    referral: int
    view: int
    told_adult: int
    told_child: int


@pytest.fixture
def things(station: Station) -> Objects:
    with station.database.write() as unit:
        place = source("bay", f"Diễn đàn {PROBE}", SourceKind.FORUM)
        unit.sources.add(replace(place, legal_basis=PROBE, contact=PROBE))
    officer, approver, helper = (station.person(name) for name in ("can-bo", "phe-duyet", "bao-ve"))
    text = f"bán pod cho học sinh lớp 8 {PROBE}"
    review = station.case(text, source="bay", url=f"https://bay.example/{PROBE}")
    cases = []
    for number in range(2):
        case = station.case(f"{text} {number}", source="bay")
        officer.post(f"/cases/{case.id}/claim")
        reason = REMOVAL | {"reason": f"{NECESSITY} {PROBE} {number}", "recipient": PROBE}
        basis = basis_of(officer, case.id)
        assert (
            officer.post(f"/cases/{case.id}/decide", **reason, **{"basis.removal_request": basis}).status_code
            == 303
        )
        cases.append(station.now(case))
    waiting, decided = cases
    approver.post(f"/cases/{decided.id}/check")
    assert approver.post(f"/cases/{decided.id}/approve").status_code == 303
    with station.database.read() as unit:
        (notice,) = unit.notices.of_case(decided.id)
    officer.post(f"/notices/{notice.id}/act", act=NoticeAct.DELIVER.value)
    station.desk.appeals.submit(notice.code, f"Không đúng {PROBE}")
    protect = station.case(f"em cần giúp {PROBE}", context=Context.VICTIM, source="bay")
    helper.post(f"/cases/{protect.id}/claim")
    need = {"entry": "0", "harm_source": "peer", "need": f"Một em cần người lắng nghe {PROBE}"}
    assert helper.post(f"/cases/{protect.id}/refer", **need).status_code == 303
    officer.post("/queue/views", queue="review", query="urgent=1", name=PROBE[:40])
    told = [
        station.desk.public_reports.submit(
            Told(
                who,
                f"xem trang này {PROBE}",
                "https://bay.example/x",
                f"gọi {PROBE}" if who is Reporter.CHILD else "",
                False,
                False,
            ),
            None,
        ).report.id
        for who in (Reporter.TEACHER, Reporter.CHILD)
    ]
    station.desk.publisher.drain()
    with station.database.read() as unit:
        return Objects(
            review, protect, waiting, station.now(decided), notice.id, unit.appeals.pending()[0].id,
            unit.referrals.of_case(protect.id)[0].id, unit.views.of("can-bo")[0].id, told[0], told[1],
        )  # fmt: skip


def addresses(things: Objects) -> Iterator[str]:
    """Every GET route, its numbers filled in with what exists."""
    numbers = {
        "case_id": [things.review.id, things.protect.id, things.waiting.id, things.decided.id],
        "notice_id": [things.notice],
        "appeal_id": [things.appeal],
        "report_id": [things.told_adult, things.told_child],
        "case": [things.decided.id],
    }
    for route in ROUTES:
        method, path = route.split(" ")
        if method == "GET" and path not in ("/report/leave", "/healthz", "/readyz"):
            name = re.search(r"{(\w+)}", path)
            for number in numbers.get(name[1], [1]) if name else [0]:
                yield re.sub(r"{\w+}", str(number), path)
    yield from ("/search?q=pod", "/search?q=" + escape(PROBE), "/queue/review?category=" + escape(PROBE))
    yield from ("/notices?state=" + escape(PROBE), "/login?next=" + escape(PROBE), "/report?lang=%22>")


# --- Markup -----------------------------------------------------------------------------------------------
def test_nothing_that_is_stored_or_sent_becomes_markup(station: Station, things: Objects) -> None:
    shown = 0
    station.person("can-bo").post(f"/cases/{things.review.id}/claim")
    for name in (None, *ONE_OF_EACH):
        client = station.person(name).client if name else station.browser()
        for path in addresses(things):
            answer = client.get(path)
            assert answer.status_code < 500, (name, path)
            if not answer.headers.get("content-type", "").startswith("text/html") or not answer.text:
                continue
            assert "{{7" not in answer.text or "49$" not in answer.text, (name, path)
            page = html.fromstring(answer.text)
            assert not page.xpath("//xss-probe"), (name, path)
            assert not page.xpath("//@*[starts-with(name(), 'on')]"), (name, path)
            assert not page.xpath("//@href[starts-with(., 'javascript:')]"), (name, path)
            for script in page.xpath("//script"):
                assert str(script.get("src")).startswith("/static/") and not script.text, (name, path)
            shown += "xss-probe" in answer.text
    assert shown > 20, "the words are on the pages, as words"


def test_what_was_typed_comes_back_as_words(station: Station, things: Objects) -> None:
    officer = station.person("can-bo")
    officer.post(f"/cases/{things.review.id}/claim")
    forms = {
        f"/cases/{things.review.id}/decide": {
            "measure": "removal_request",
            "reason": PROBE,
            "recipient": PROBE,
        },
        "/queue/views": {"queue": PROBE, "query": PROBE, "name": PROBE},
        "/account/keys": {"next": PROBE, "help": '"'},
        f"/cases/{things.waiting.id}/decide": {"reason": PROBE, "note": PROBE, "text": PROBE},
    }
    for path, fields in forms.items():
        answer = officer.post(path, **fields)
        assert 400 <= answer.status_code < 500
        assert not html.fromstring(answer.text).xpath("//xss-probe | //@*[starts-with(name(), 'on')]"), path
    public = station.browser()
    for path, fields in {
        "/report": {"reporter": PROBE, "text": PROBE, "url": PROBE, "contact": PROBE, "lang": PROBE},
        "/report/follow": {"code": PROBE, "lang": PROBE},
        "/login": {"name": PROBE, "password": PROBE, "next": PROBE, "csrf": form_token(public.get("/login"))},
        "/appeal": {"code": PROBE, "reason": PROBE, "csrf": form_token(public.get("/appeal"))},
    }.items():
        answer = public.post(path, data=fields)
        assert 400 <= answer.status_code < 500
        assert not html.fromstring(answer.text).xpath("//xss-probe | //@*[starts-with(name(), 'on')]"), path


# --- Forms from elsewhere ---------------------------------------------------------------------------------
def test_every_form_of_every_role_wants_its_token_and_its_own_page(station: Station) -> None:
    tried = 0
    for name in ("can-bo", "phe-duyet", "bao-ve", "quan-tri-hai"):
        person = station.person(name)
        token = form_token(person.get("/"))
        for route, needed in ROUTES.items():
            method, path = route.split(" ")
            held = PERMISSIONS[PEOPLE[name]]
            if method != "POST" or path in OPEN_FORMS or (needed is not None and needed.isdisjoint(held)):
                continue
            path = re.sub(r"{\w+}", "1", path)
            tried += 1
            assert person.client.post(path).status_code == 403, path
            elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
            answer = person.client.post(path, data={"csrf": token}, headers=elsewhere)
            assert answer.status_code == 403, path
            assert person.client.post(path, json={"csrf": token}).status_code == 403, path
    assert tried > 60
    assert station.person("can-bo").get("/").status_code == 200, "still signed in: no log-out was forged"


# --- Redirects --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "away",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example",
     "/\t/elsewhere.example", "/%09/elsewhere.example", "javascript:alert(1)", "/\r\nLocation: https://x.example",
     "https:elsewhere.example", "///elsewhere.example", "/.//elsewhere.example", "@elsewhere.example"],
)  # fmt: skip
def test_no_redirect_leads_to_another_host(station: Station, away: str) -> None:
    officer = station.person("can-bo")
    client = station.browser()
    form = {
        "csrf": form_token(client.get("/login")),
        "name": "can-bo-hai",
        "password": "mot cau that dai de nho",
    }
    answers = [
        officer.post("/settings", next=away, language="vi"),
        officer.post("/queue/views/1/remove", queue=away),
        client.post("/login", data={**form, "code": station.code("can-bo-hai") or "", "next": away}),
    ]
    for answer in answers:
        assert answer.status_code == 303
        location = answer.headers["location"]
        assert re.match(r"/(?![/\\])[^\s\\]*\Z", location), location
        assert "location" not in {name.lower() for name in answer.headers if name != "location"}


# --- Other people's things ---------------------------------------------------------------------------------
def test_who_may_open_which_thing(station: Station, things: Objects) -> None:
    """Every role at every kind of number; 200 for those named, 403 for all others."""
    readers = {
        f"/cases/{things.review.id}": {"can-bo", "phe-duyet", "phe-duyet-hai"},
        f"/cases/{things.waiting.id}": {"can-bo", "phe-duyet", "phe-duyet-hai"},
        f"/cases/{things.protect.id}": {"bao-ve"},
        f"/notices/{things.notice}": {"can-bo", "phe-duyet", "phe-duyet-hai", "kiem-tra"},
        f"/notices/{things.notice}/letter.html": {"can-bo", "phe-duyet", "phe-duyet-hai", "kiem-tra"},
        f"/notices/{things.notice}/letter.docx": {"can-bo", "phe-duyet", "phe-duyet-hai", "kiem-tra"},
        f"/appeals/{things.appeal}": {"phe-duyet", "phe-duyet-hai"},  # who approved may read it, not take it
        f"/public-reports/{things.told_child}": {"bao-ve"},
        f"/public-reports/{things.told_adult}": {"can-bo", "bao-ve"},
    }
    found = {
        path: {name for name in ONE_OF_EACH if station.person(name).get(path).status_code == 200}
        for path in readers
    }
    assert found == readers


def test_nothing_of_a_colleague_is_touched(station: Station, things: Objects) -> None:
    owner, other = station.person("can-bo"), station.person("can-bo-hai")
    owner.post(f"/cases/{things.review.id}/claim")
    before = station.now(things.review)
    detail = {"post": str(things.review.id), "detail": "0", "why": "assess_harm"}
    for act in ("heartbeat", "release", "hold", "escalate", "resume", "correct", "decide", "hand", "reveal", "undo",
                "protect"):  # fmt: skip
        fields = {"measure": "dismiss", "reason": "Không có dấu hiệu gây hại", "to": "can-bo-hai", "age": "unknown",
                  "categories": "selfharm", "context": "victim", **detail}  # fmt: skip
        answer = other.post(f"/cases/{things.review.id}/{act}", **fields)
        assert 400 <= answer.status_code < 500, (act, answer.status_code)
    assert station.now(things.review) == before
    other.post(f"/queue/views/{things.view}/remove", queue="review")
    with station.database.read() as unit:
        assert [view.id for view in unit.views.of("can-bo")] == [things.view]
        (session,) = unit.accounts.sessions_of("can-bo", station.clock.now)
    other.post("/account/sessions", handle=session.handle)
    assert owner.get("/").status_code == 200
    other.post("/account/keys", reset="1", account="can-bo", name="can-bo")
    assert other.post("/clusters/khong-phai-cua-toi/undo").status_code in (404, 422, 409, 403)


@pytest.mark.parametrize(
    "name", ["can-bo", "can-bo-hai", "phe-duyet", "phe-duyet-hai", "bao-ve", "quan-tri-hai"]
)
def test_a_number_that_is_guessed_opens_no_way_round(station: Station, things: Objects, name: str) -> None:
    """Acts on a child's case by everybody but who holds it; on a decision by whoever decided it."""
    person = station.person(name)
    if name != "bao-ve":
        for act in ("claim", "refer", "dismiss", "speaker", "look", "reveal", "decide", "protect", "cluster"):
            fields = {"entry": "0", "harm_source": "peer", "need": "x" * 50, "reason": "x" * 50}
            assert person.post(f"/cases/{things.protect.id}/{act}", **fields).status_code >= 400, act
        assert person.post(f"/referrals/{things.referral}/act", act="accept").status_code == 403
        assert person.post(f"/public-reports/{things.told_child}/read").status_code >= 400
        assert person.post(f"/public-reports/{things.told_child}/contact", why="call_back").status_code >= 400
    if not name.startswith("phe-duyet"):
        for act in ("check", "approve", "return"):
            assert person.post(f"/cases/{things.waiting.id}/{act}", note="x").status_code == 403
        assert (
            person.post(f"/appeals/{things.appeal}/decide", outcome="overturned", answer="x" * 50).status_code
            == 403
        )
    if name == "phe-duyet":  # approved the letter that is appealed against
        assert person.post(f"/appeals/{things.appeal}/take").status_code >= 400
    assert station.now(things.waiting).state is CaseState.AWAITING_APPROVAL
    assert station.now(things.protect) == station.now(things.protect)


# --- Sessions ---------------------------------------------------------------------------------------------
def test_a_session_or_visit_that_was_planted_opens_nothing(station: Station) -> None:
    client = station.browser()
    client.cookies.set("lachan", "planted-by-somebody")
    client.cookies.set("lachan-visit", "planted-visit")
    token = form_token(client.get("/login"))
    fields = {"csrf": token, "name": "can-bo", "password": "mot cau that dai de nho"}
    answer = client.post("/login", data={**fields, "code": station.code("can-bo") or ""})
    assert answer.status_code == 303
    session = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("lachan="))
    assert "planted" not in session and "HttpOnly" in session
    planted = station.browser()
    planted.cookies.set("lachan", "planted-by-somebody")
    planted.cookies.set("lachan-visit", "planted-visit")
    assert planted.get("/").status_code == 303
    fresh = session.split("=", 1)[1].split(";")[0]
    signed = station.browser()
    signed.cookies.set("lachan", fresh)
    assert signed.post("/settings", data={"csrf": token}).status_code == 403, (
        "the visit's token ended with it"
    )


def test_every_log_in_is_a_new_session_and_a_changed_password_ends_the_others(station: Station) -> None:
    tokens = {station.desk.accounts.sign_in("kiem-tra", "mot cau that dai de nho", None)[0] for _ in range(5)}
    assert len(tokens) == 5 and all(len(token) >= 43 for token in tokens)
    keeper = Person(station, "kiem-tra", station.browser())
    kept, *others = tokens
    keeper.client.cookies.set("lachan", kept)
    change = {"old": "mot cau that dai de nho", "new": "mot cau khac con dai hon nua"}
    assert keeper.post("/account/password", **change).status_code == 303
    assert keeper.get("/").status_code == 200
    assert [station.desk.accounts.actor(token) for token in others] == [None] * 4


# --- Lines that become headers ------------------------------------------------------------------------------
BREAKS = [
    "x\r\nSet-Cookie: planted=1",
    "x\nSet-Cookie: planted=1",
    "x\u2028Set-Cookie: planted=1",
    "x\x00y",
    "đ\r\n\r\n<b>",
]


@pytest.mark.parametrize("broken", BREAKS)
def test_no_field_becomes_a_header(station: Station, things: Objects, broken: str) -> None:
    officer, analyst = station.person("can-bo"), station.person("phan-tich")
    answers = [
        officer.post("/settings", next=broken, language=broken, blur=broken, grey=broken),
        officer.post("/settings", next=f"/{broken}", language="vi"),
        officer.post("/queue/views", queue="review", query=f"urgent={broken}", name=broken),
        officer.post("/queue/views/1/remove", queue=broken),
        officer.get("/notices", state=broken),
        officer.get("/queue/review", category=broken),
        officer.get("/", **{"done": broken, "case": broken}),
        analyst.get("/search", q=broken),
        analyst.get("/search/table", q="pod", form=broken, file=broken, format=broken),
        analyst.get("/reports/weekly/file", week=broken, form=broken, format=broken),
        station.browser().get("/login", params={"next": broken}),
        station.browser().get("/queue/review", params={"category": broken}),
        station.browser().post("/report", data={"lang": broken, "text": broken}),
    ]
    for answer in answers:
        assert answer.status_code < 500, answer.url
        cookies = answer.headers.get_list("set-cookie")
        assert not any(line.startswith("planted") for line in cookies), answer.url
        for name, value in answer.headers.items():
            assert not re.search(r"[\r\n\x00]", name + value), (answer.url, name)


def test_the_request_number_is_ours(station: Station) -> None:
    answer = station.browser().get(
        "/login", headers={"x-request-id": "mine<script>", "x-forwarded-host": "evil.example"}
    )
    assert answer.headers["x-request-id"] != "mine<script>" and "mine" not in answer.text
    assert "evil.example" not in answer.text
