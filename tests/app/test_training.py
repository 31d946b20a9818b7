"""The training desk: the same people, invented cases, and no way from there to anything live."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, select

from lachan.app.bootstrap import KIND, LIVE, TRAINING, Application, clock, open_application
from lachan.app.commands.options import opened
from lachan.app.desk import desk_app
from lachan.app.settings import Settings, read_settings
from lachan.app.training import begin, people_of, training_folder, training_settings
from lachan.app.training_door import FileDoor, open_door
from lachan.domain.account import PERMISSIONS, Account, Role
from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError, InputError, NotFound, RefusedError
from lachan.domain.taxonomy import Route
from lachan.pipeline import accounts
from lachan.pipeline.accounts import SignInFailed
from lachan.pipeline.ports import CaseFilter
from lachan.pipeline.training_pass import PASS_FOR, Arrivals, written
from lachan.store.tables import metadata
from review_ui.permissions import ROUTES

PASSWORD = "một câu dài để tập việc"
ROLES = {
    "quan-tri": Role.ADMIN,
    "quan-tri-hai": Role.ADMIN,
    "can-bo": Role.OFFICER,
    "phe-duyet": Role.APPROVER,
    "bao-ve": Role.PROTECTION_OFFICER,
    "phan-tich": Role.ANALYST,
    "kiem-tra": Role.AUDITOR,
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a live folder with everybody in it, and with every way out that there is."""
    folder = tmp_path_factory.mktemp("live")
    settings = replace(
        read_settings(
            {"LACHAN_DATA": str(folder / "var"), "LACHAN_KEY_FILE": str(folder / "keys.json")}, folder
        ),
        oncall_webhook="https://alarm.example/hook",
        alerts_webhook="https://figures.example/hook",
        smtp_url="smtps://mail.example",
        smtp_from="desk@example.org",
        youtube_key="a key",
        facebook_token="a token",
        contact="https://unit.example",
    )
    with pytest.MonkeyPatch.context() as patch, open_application(settings) as application:
        patch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        application.accounts.first_admin("quan-tri", PASSWORD)
        for name, role in ROLES.items():
            if name != "quan-tri":
                by = application.accounts.named("quan-tri" if role is Role.ADMIN else "quan-tri-hai")
                application.accounts.create(by, name, role, PASSWORD)
        application.accounts.recovery_codes(application.accounts.named("can-bo"), PASSWORD)
        with application.database.write() as unit:
            unit.state.set(KIND, LIVE)
    return settings


@pytest.fixture(scope="module")
def desk(live: Settings) -> Iterator[Application]:
    """The training desk as `lachan training` fills it."""
    with open_application(live) as application:
        people = people_of(application)
    with training_folder(live) as folder, open_application(training_settings(live, folder)) as application:
        begin(application, people)
        open_door(folder, "http://127.0.0.1:8001")
        yield application


def key_of(application: Application) -> bytes:
    said = json.loads((application.settings.data / "door.json").read_text())
    return bytes.fromhex(said["key"])


def browser(application: Application, arrivals: Arrivals | None = None) -> TestClient:
    app = desk_app(application, arrivals)
    return TestClient(app, base_url="http://desk.example", follow_redirects=False)


def arrivals_of(application: Application) -> Arrivals:
    return Arrivals(application.database, clock, key_of(application))


def everything(settings: Settings) -> dict[str, Any]:
    """Every row of every table, and every file beside them but the training desk's own."""
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        rows: dict[str, Any] = {
            name: [tuple(row) for row in connection.execute(select(table))]
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    for path in sorted(settings.data.rglob("*")):
        place = path.relative_to(settings.data)
        if path.is_file() and not str(place).startswith(("training", "lachan.db", "workers")):
            rows[str(place)] = path.read_bytes()
    rows["keys"] = settings.key_file.read_bytes()
    return rows


def sign_in(application: Application, name: str) -> tuple[TestClient, str]:
    """A browser of this person at the training desk, come in with a pass; and its form token."""
    client = browser(application, arrivals_of(application))
    given = written(key_of(application), Account(name, ROLES[name]), clock())
    assert client.get("/training/enter", params={"given": given}).status_code == 200
    found = re.search(r'data-csrf="([0-9a-f]{64})"', client.get("/").text)
    assert found
    return client, found[1]


def test_nothing_of_the_live_desk_is_handed_on(live: Settings, tmp_path: Path) -> None:
    made = training_settings(live, tmp_path)
    kept = {
        field.name for field in fields(Settings) if getattr(made, field.name) == getattr(live, field.name)
    }
    unset = {field.name for field in fields(Settings) if getattr(live, field.name) is None}
    assert kept - unset == {"secure_cookies", "desk_url", "letterhead"}
    for place in (made.data, made.key_file, made.database_url, made.index_url):
        assert str(tmp_path) in str(place)
    ways = (made.oncall_webhook, made.alerts_webhook, made.smtp_url, made.smtp_from, made.youtube_key,
            made.facebook_token)  # fmt: skip
    assert set(ways) == {None}


def test_a_whole_shift_of_training_leaves_the_live_desk_as_it_was(
    live: Settings, desk: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(live)

    def no_way_out(*_: Any) -> None:
        raise AssertionError("the training desk opened a connection")

    monkeypatch.setattr(socket.socket, "connect", no_way_out)
    monkeypatch.setattr(socket, "getaddrinfo", no_way_out)
    with desk.database.read() as unit:
        waiting = unit.cases.find(CaseFilter(route=Route.REVIEW, states=(CaseState.OPEN,)), limit=1)[0]
        child = unit.cases.find(CaseFilter(route=Route.PROTECT, states=(CaseState.OPEN,)), limit=1)[0]
        second = unit.cases.find(CaseFilter(states=(CaseState.AWAITING_APPROVAL,)), limit=1)[0]
    officer, token = sign_in(desk, "can-bo")
    officer.post(f"/cases/{waiting.id}/claim", data={"csrf": token})
    assert (
        officer.post(
            f"/cases/{waiting.id}/decide",
            data={"csrf": token, "measure": "dismiss", "reason": "Không có dấu hiệu gây hại"},
        ).status_code
        == 303
    )
    approver, token = sign_in(desk, "phe-duyet")
    approver.post(f"/cases/{second.id}/check", data={"csrf": token})
    assert approver.post(f"/cases/{second.id}/approve", data={"csrf": token}).status_code == 303
    helper, token = sign_in(desk, "bao-ve")
    helper.post(f"/cases/{child.id}/claim", data={"csrf": token})
    need = {
        "entry": "0",
        "harm_source": "peer",
        "need": "Một em cần người lắng nghe ngay hôm nay.",
    }
    assert helper.post(f"/cases/{child.id}/refer", data={"csrf": token, **need}).status_code == 303
    assert helper.post("/stop", data={"csrf": token, "what": "everything"}).status_code in (303, 422)
    desk.oncall.run()
    desk.publisher.drain()
    with desk.database.read() as unit:
        assert unit.cases.get(second.id).state is CaseState.CLOSED
        assert unit.cases.get(child.id).state is not CaseState.CLAIMED
        (letter,) = unit.notices.of_case(second.id)
    assert desk.index.cases() == {second.id}
    assert "KHÔNG CÓ GIÁ TRỊ" in approver.get(f"/notices/{letter.id}/letter.html").text.upper()
    assert everything(live) == before


def test_every_page_says_that_it_is_training(desk: Application) -> None:
    seen = 0
    for name, role in ROLES.items():
        client, _ = sign_in(desk, name)
        for route, needed in ROUTES.items():
            method, path = route.split(" ")
            if method == "GET" and "{" not in path and needed and not needed.isdisjoint(PERMISSIONS[role]):
                page = client.get(path)
                if page.headers.get("content-type", "").startswith("text/html") and page.status_code == 200:
                    seen += 1
                    if path.endswith("/file"):  # a document, marked as the sample town's are
                        assert "BẢN MẪU" in page.text, path
                        continue
                    assert "BẢN TẬP" in page.text, path
                    assert "<title>[BẢN TẬP]" in page.text, path
    assert seen > 40
    nobody = browser(desk)
    assert "BẢN TẬP" in nobody.get("/login").text
    assert "BẢN TẬP" in nobody.get("/nothing").text


def test_roles_are_those_of_the_live_desk(live: Settings, desk: Application) -> None:
    with open_application(live) as application, application.database.read() as unit:
        there = unit.accounts.all()
    with desk.database.read() as unit:
        assert unit.accounts.all() == there
    client, _ = sign_in(desk, "can-bo")
    assert client.get("/admin/accounts").status_code == 403


def test_nobody_outside_tells_a_training_desk(desk: Application) -> None:
    nobody = browser(desk)
    for path in ("/report", "/appeal", "/report/follow"):
        page = nobody.get(path)
        assert page.status_code == 403 and "111" in page.text, path
    told = nobody.post("/api/v1/reports", json={"reporter": "child", "text": "cần người giúp"})
    assert told.status_code == 403 and "111" in told.json()["detail"]


def test_a_live_session_is_none_here_and_the_reverse(live: Settings, desk: Application) -> None:
    client, _ = sign_in(desk, "phan-tich")
    token = client.cookies["lachan-training"]
    with open_application(live) as application:
        assert application.accounts.actor(token) is None
    other = browser(desk)
    other.cookies.set("lachan", token)
    assert other.get("/").headers["location"] == "/login"


def test_one_desk_a_folder_and_nothing_stays(live: Settings, desk: Application) -> None:
    folder = desk.settings.data
    assert desk.kind == TRAINING and folder.stat().st_mode & 0o077 == 0
    with pytest.raises(ConflictError), training_folder(live):
        pass
    other = replace(live, data=live.data / "other")
    with training_folder(other) as made:
        (made / "left").write_text("x")
    assert not made.exists()


def test_it_stands_beside_live_data_only(tmp_path: Path, desk: Application) -> None:
    with pytest.raises(RefusedError):
        people_of(desk)
    empty = read_settings({"LACHAN_DATA": str(tmp_path), "LACHAN_KEY_FILE": str(tmp_path / "k")}, tmp_path)
    with open_application(empty) as application, pytest.raises(RefusedError):
        people_of(application)


def test_its_folder_does_no_live_work(desk: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LACHAN_DATA", str(desk.settings.data))
    monkeypatch.setenv("LACHAN_KEY_FILE", str(desk.settings.key_file))
    with pytest.raises(RefusedError, match="training folder"), opened(live=True):
        pass


def test_alarms_ring_at_the_desk_alone_even_with_live_settings(live: Settings, desk: Application) -> None:
    loud = replace(
        desk.settings,
        oncall_webhook=live.oncall_webhook,
        alerts_webhook=live.alerts_webhook,
        smtp_url=live.smtp_url,
        smtp_from="a@b.c",
    )
    with open_application(loud) as application:
        assert not application.oncall._ways
        assert not application.alerts.ways and not application.telling._outlets


# --- How people come in ------------------------------------------------------------------------------------
def secrets_of(settings: Settings) -> set[bytes]:
    """All that proves somebody at the live desk, sealed and plain."""
    with open_application(settings) as application, application.database.read() as unit:
        held = [unit.accounts.credentials(name) for name in ROLES]
    found = {one.password_hash for one in held} | {one.totp_secret for one in held if one.totp_secret}
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as live:
        sealed = [row[0] for row in live.execute("SELECT totp_sealed FROM credentials") if row[0]]
        found |= {row[0] for row in live.execute("SELECT code_hash FROM recovery_codes")}
    live.close()
    assert len(found) == len(ROLES) + 5 + 8 and len(sealed) == 5  # five roles need a code (two admins)
    return {word.encode() for word in found} | set(sealed)


def test_no_secret_leaves_the_live_store(live: Settings, desk: Application) -> None:
    sign_in(desk, "can-bo")
    with desk.database.read() as unit:
        assert {account.name for account in unit.accounts.all()} >= set(ROLES)
        for name in ROLES:
            assert unit.accounts.recovery_codes(name) == 0
            with pytest.raises(NotFound):
                unit.accounts.credentials(name)
    files = [path for path in desk.settings.data.rglob("*") if path.is_file()]
    assert desk.settings.data / "lachan.db" in files
    proofs = secrets_of(live)
    for path in files:
        held = path.read_bytes()
        assert not [proof for proof in proofs if proof in held], path


def test_the_search_for_secrets_finds_them_where_they_are(live: Settings) -> None:
    place = Path(live.database_url.removeprefix("sqlite:///"))
    held = b"".join(path.read_bytes() for path in place.parent.glob(f"{place.name}*"))
    assert [proof for proof in secrets_of(live) if proof in held]


def test_people_come_in_from_the_live_desk_alone(live: Settings, desk: Application) -> None:
    with open_application(live) as application:
        with application.database.write() as unit:  # signed in, as `test_accounts` shows
            held = accounts.token_hash("a session of the live desk")
            unit.accounts.add_session(held, "can-bo", clock(), clock() + timedelta(hours=1))
        there = browser(application)
        assert there.get("/training").headers["location"].startswith("/login")
        there.cookies.set("lachan", "a session of the live desk")
        assert 'href="/training"' in there.get("/").text
        answer = there.get("/training")
        assert there.get("/training/enter").status_code == 404  # no pass opens the live desk
    assert answer.status_code == 303 and answer.headers["referrer-policy"] == "no-referrer"
    way = urlsplit(answer.headers["location"])
    assert (way.netloc, way.path) == ("127.0.0.1:8001", "/training/enter")
    here = browser(desk, arrivals_of(desk))
    given = parse_qs(way.query)["given"][0]
    assert here.get("/training/enter", params={"given": given}).status_code == 200
    page = here.get("/")
    assert "can-bo" in page.text and 'href="/training"' not in page.text
    again = here.get("/training/enter", params={"given": given})
    assert again.status_code == 401 and "Hãy bấm Bản tập lần nữa" in again.text
    with desk.database.read() as unit:
        assert "account:from_live" in {link.event.action for link in unit.audit.of_subject("account:can-bo")}


def test_no_password_opens_the_training_desk(desk: Application) -> None:
    nobody = browser(desk)
    page = nobody.get("/login")
    assert 'name="password"' not in page.text and "Không ai đăng nhập ở đây" in page.text
    found = re.search(r'data-csrf="([0-9a-f]{64})"', page.text)
    assert found
    form = {"csrf": found[1], "name": "can-bo", "password": PASSWORD}
    answer = nobody.post("/login", data=form)
    assert answer.status_code == 401 and "lachan-training" not in answer.cookies
    for _ in range(2):
        with pytest.raises(SignInFailed):
            desk.accounts.sign_in("phan-tich", PASSWORD, None)
    officer, token = sign_in(desk, "can-bo")
    assert 'name="old"' not in officer.get("/account").text
    for path in ("/account/password", "/account/codes"):
        form = {"csrf": token, "old": PASSWORD, "new": "một câu khác cũng khá dài", "password": PASSWORD}
        assert officer.post(path, data=form).status_code == 403, path


def test_a_pass_is_for_one_person_one_minute_one_time_one_run(desk: Application) -> None:
    key, now = key_of(desk), clock()
    account = Account("phan-tich", Role.ANALYST)
    moment = [now]
    arrivals = Arrivals(desk.database, lambda: moment[0], key)
    given = written(key, account, now)
    body, _, signature = given.partition(".")
    other, _, _ = written(key, Account("phan-tich", Role.APPROVER), now).partition(".")
    wrong = ["", ".", body, f"{body}.", f"{other}.{signature}", f"{body}.{'0' * 64}", "x" * 5000, f"{given}é"]
    wrong += [written(bytes(32), account, now), written(key, account, now + PASS_FOR)]
    for each in wrong:
        with pytest.raises(SignInFailed):
            arrivals.enter(each)
    assert arrivals.enter(given)
    with pytest.raises(SignInFailed):
        arrivals.enter(given)
    late = written(key, account, now)
    moment[0] = now + PASS_FOR
    with pytest.raises(SignInFailed):
        arrivals.enter(late)
    assert arrivals.enter(written(key, account, moment[0]))


def test_the_account_is_what_the_live_desk_says(desk: Application) -> None:
    key, arrivals = key_of(desk), arrivals_of(desk)
    newcomer = Account("nguoi-moi", Role.AUDITOR)
    for role in (Role.AUDITOR, Role.ANALYST):
        arrivals.enter(written(key, replace(newcomer, role=role), clock()))
        with desk.database.read() as unit:
            assert unit.accounts.get("nguoi-moi").role is role
    with desk.database.write() as unit:  # closed in an exercise
        unit.accounts.save(replace(unit.accounts.get("nguoi-moi"), active=False))
    assert desk.accounts.actor(arrivals.enter(written(key, newcomer, clock())))


def test_the_door_is_there_while_training_runs(live: Settings, tmp_path: Path) -> None:
    other = replace(live, data=tmp_path)
    door, account = FileDoor(tmp_path, clock), Account("can-bo", Role.OFFICER)
    with pytest.raises(RefusedError):
        door.way_in(account)
    with training_folder(other) as folder:
        assert not door.seen()
        with pytest.raises(RefusedError):
            door.way_in(account)
        with pytest.raises(InputError):
            open_door(folder, "http://elsewhere.example")
        first = open_door(folder, "https://tap.example/")
        assert door.seen() and (folder / "door.json").stat().st_mode & 0o077 == 0
        assert door.way_in(account).startswith("https://tap.example/training/enter?given=")
        left = (folder / "door.json").read_text()
    assert not door.seen()
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "door.json").write_text(left)  # of a run that was killed
    with pytest.raises(RefusedError):
        door.way_in(account)
    with training_folder(other) as folder:
        assert open_door(folder, "https://tap.example") != first
