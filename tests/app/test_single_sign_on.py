"""The desk and a provider of identities that runs as a process of its own, over real connections."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from lachan.app.oidc import Provider, fetch
from lachan.pipeline.sso import SingleSignOn
from review_ui import create_app
from tests.review_ui.conftest import cheap_hashing as cheap_hashing
from tests.review_ui.conftest import founded as founded
from tests.review_ui.station import PASSWORD, Station, form_token, open_station

pytestmark = pytest.mark.slow
DESK = "http://desk.example"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider from PyPI; it signs with a fresh RSA key."""
    log = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", "0", "--require-nonce", "true"],
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout
        found = None
        for line in process.stdout:
            found = re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)", line)
            if found:
                break
        assert found, "the provider did not start"
        url = f"http://127.0.0.1:{found[1]}"
        until = time.monotonic() + 20
        while True:
            try:
                with urllib.request.urlopen(f"{url}/jwks", timeout=2):
                    break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


@dataclass
class ProofKeys:
    """RFC 7636 as a strict provider holds it, before the requests of the real one, which does not look: a challenge by
    S256 belongs to each code, and a code is given for the one verifier that hashes to it."""

    challenges: dict[str, str] = field(default_factory=dict)  # by the state that stood beside it
    codes: dict[str, str] = field(default_factory=dict)  # code -> challenge
    seen: list[str] = field(default_factory=list)  # verifiers

    def asked(self, address: str) -> None:
        """The browser arrives at the provider. Raises AssertionError for a request without a challenge."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["code_challenge_method"] == "S256"
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", asked["code_challenge"]), (
            "43 letters of an unpadded SHA-256"
        )
        assert "code_verifier" not in asked
        self.challenges[asked["state"]] = asked["code_challenge"]

    def gave(self, address: str) -> None:
        """The provider sends the browser back with a code."""
        given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.codes[given["code"]] = self.challenges[given["state"]]

    def fetch(self, method: str, url: str, body: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """The desk's own requests: a token only for who shows the verifier."""
        if method == "POST":
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            verifier = sent.get("code_verifier", "")
            hashed = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
            self.seen.append(verifier)
            well_formed = re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier)
            if not well_formed or self.codes.pop(sent.get("code", ""), None) != hashed:
                return 400, b'{"error": "invalid_grant"}'
        return fetch(method, url, body, headers)


@dataclass
class House:
    """A desk that signs in at `issuer`. The provider's clock is the real one, so ours is, too."""

    station: Station
    issuer: str
    sso: SingleSignOn
    proof: ProofKeys

    def known(self, subject: str, **claims: object) -> None:
        """What the provider says of this person."""
        self.request("PUT", f"/users/{quote(subject)}", json.dumps(claims), "application/json")

    def request(self, method: str, path: str, body: str, kind: str) -> str:
        connection = HTTPConnection("127.0.0.1", urlsplit(self.issuer).port or 0, timeout=10)
        connection.request(method, path, body, {"Content-Type": kind})
        answer = connection.getresponse()
        answer.read()
        assert answer.status < 400, answer.status
        return answer.headers.get("Location", "")

    def browser(self) -> TestClient:
        return TestClient(self.station.app, base_url=DESK, follow_redirects=False)

    def authorise(self, asked: str, subject: str) -> str:
        """The person proves at the provider who they are; the address that the browser is sent back to."""
        form = "application/x-www-form-urlencoded"
        path = asked.removeprefix(self.issuer)
        self.proof.asked(asked)
        back = self.request("POST", path, urlencode({"sub": subject}), form)
        assert back.startswith(f"{DESK}/sso/callback?")
        self.proof.gave(back)
        return back.removeprefix(DESK)

    def start(self, client: TestClient, next_path: str = "/") -> str:
        answer = client.get("/sso/start", params={"next": next_path})
        assert answer.status_code == 303
        return answer.headers["location"]

    def arrive(self, client: TestClient, subject: str, next_path: str = "/") -> Response:
        return client.get(self.authorise(self.start(client, next_path), subject))


@pytest.fixture
def house(issuer: str, tmp_path: Path, founded: tuple[Path, dict[str, str | None]]) -> Iterator[House]:
    shutil.copytree(founded[0], tmp_path, dirs_exist_ok=True)
    station = open_station(tmp_path, founded[1])
    station.clock.now = datetime.now(UTC)
    proof = ProofKeys()
    provider = Provider(
        issuer=issuer,
        client_id="lachan",
        client_secret="bi-mat",
        redirect_uri=f"{DESK}/sso/callback",
        desk_url=DESK,
        clock=station.clock,
        fetch=proof.fetch,
    )
    sso = SingleSignOn(
        station.database,
        station.clock,
        station.desk.accounts,
        provider,
        second_factors=frozenset({"mfa"}),
        break_glass="quan-tri",
    )
    station.desk = replace(station.desk, sso=sso)
    station.app = create_app(station.desk)
    yield House(station, issuer, sso, proof)
    station.database.close()


def linked(house: House, name: str, subject: str) -> None:
    house.sso.link(house.station.desk.accounts.named("quan-tri-hai"), name, subject)


def test_unknown_then_linked_then_in(house: House) -> None:
    client = house.browser()
    assert "Đăng nhập bằng tài khoản cơ quan" in client.get("/login").text
    refused = house.arrive(client, "nguoi-1")
    assert refused.status_code == 401
    assert "nguoi-1" in refused.text and "Chưa có tài khoản nào" in refused.text
    assert client.get("/").status_code == 303
    admin = house.station.person("quan-tri-hai")
    assert admin.post("/admin/accounts/phan-tich/link", subject="nguoi-1").status_code == 303
    assert "đã gắn tài khoản cơ quan" in admin.get("/admin/accounts").text
    arrived = house.arrive(client, "nguoi-1", "/search?q=pod")
    assert arrived.status_code == 200
    assert 'content="0; url=/search?q=pod"' in arrived.text
    assert 'lachan-sso=""' in arrived.headers["set-cookie"] or "Max-Age=0" in arrived.headers["set-cookie"]
    assert "phan-tich" in client.get("/").text
    assert "account:sso" in house.station.actions("account:phan-tich")


def test_nothing_the_provider_says_gives_a_role(house: House) -> None:
    house.known("nguoi-2", role="admin", roles=["admin"], groups=["admin"], email="quan-tri@desk.example")
    linked(house, "phan-tich", "nguoi-2")
    client = house.browser()
    assert house.arrive(client, "nguoi-2").status_code == 200
    assert client.get("/admin/accounts").status_code == 403


def test_who_decides_gives_our_code_or_the_providers_second_factor(house: House) -> None:
    linked(house, "can-bo", "nguoi-3")
    client = house.browser()
    page = house.arrive(client, "nguoi-3", "/queue/review")
    assert "Mã trên điện thoại" in page.text
    assert client.get("/").status_code == 303, "not in yet"
    csrf = form_token(page)
    wrong = client.post("/sso/code", data={"csrf": csrf, "code": "000000"})
    assert wrong.status_code == 401
    code = house.station.code("can-bo")
    done = client.post("/sso/code", data={"csrf": form_token(wrong), "code": code or ""})
    assert done.status_code == 200 and "url=/queue/review" in done.text
    assert client.get("/queue/review").status_code == 200
    house.known("nguoi-3", amr=["pwd", "mfa"])
    again = house.browser()
    assert "Đã đăng nhập" in house.arrive(again, "nguoi-3").text
    assert again.get("/queue/review").status_code == 200


def test_an_answer_is_good_once_and_in_one_browser(house: House) -> None:
    linked(house, "phan-tich", "nguoi-4")
    client, thief = house.browser(), house.browser()
    back = house.authorise(house.start(client), "nguoi-4")
    assert thief.get(back).status_code == 401
    house.start(thief)
    assert thief.get(back).status_code == 401
    assert client.get(back).status_code == 200
    replayed = client.get(back)
    assert replayed.status_code == 401 and "đã dùng rồi" in replayed.text


def test_every_log_in_has_a_proof_key_of_its_own_and_no_code_is_good_without_it(house: House) -> None:
    linked(house, "phan-tich", "s-1")
    for _ in range(2):
        assert house.arrive(house.browser(), "s-1").status_code == 200
    assert len(set(house.proof.seen)) == 2
    assert len(set(house.proof.challenges.values())) == 2
    assert not set(house.proof.seen) & set(house.proof.challenges.values()), "plain is no hash"
    # A code that was stolen on its way and is put into a log-in that the thief began: its verifier is another.
    victim, thief = house.browser(), house.browser()
    stolen = parse_qs(urlsplit(house.authorise(house.start(victim), "s-1")).query)["code"][0]
    own = parse_qs(urlsplit(house.start(thief)).query)["state"][0]
    before = len(house.proof.seen)
    answer = thief.get("/sso/callback", params={"code": stolen, "state": own})
    assert len(house.proof.seen) == before + 1, "it came as far as the provider, which refused it"
    assert answer.status_code == 401
    assert thief.get("/").status_code == 303


@pytest.mark.parametrize("change", ["state", "no state", "state twice", "no code"])
def test_an_answer_to_another_question_never_reaches_the_provider(house: House, change: str) -> None:
    linked(house, "phan-tich", "s-1")
    browser = house.browser()
    query = {
        n: v[0] for n, v in parse_qs(urlsplit(house.authorise(house.start(browser), "s-1")).query).items()
    }
    pairs = [("code", query["code"]), ("state", query["state"])]
    changed = {
        "state": [pairs[0], ("state", query["state"][::-1])],
        "no state": pairs[:1],
        "state twice": [pairs[0], ("state", query["state"]), ("state", "x")],
        "no code": pairs[1:],
    }[change]
    answer = browser.get(f"/sso/callback?{urlencode(changed)}")
    assert answer.status_code in (401, 422)
    assert house.proof.seen == []
    assert browser.get("/").status_code == 303


def test_a_code_of_somebody_elses_log_in_is_no_use(house: House) -> None:
    """The nonce ties the token to the log-in that asked for it."""
    linked(house, "phan-tich", "nguoi-5")
    mine, theirs = house.browser(), house.browser()
    stolen = parse_qs(urlsplit(house.authorise(house.start(theirs), "nguoi-5")).query)["code"][0]
    state = parse_qs(urlsplit(house.start(mine)).query)["state"][0]
    answer = mine.get("/sso/callback", params={"state": state, "code": stolen})
    assert answer.status_code == 401 and "không chứng minh" in answer.text


def test_a_session_that_was_planted_is_not_the_one_that_comes_in(house: House) -> None:
    linked(house, "phan-tich", "nguoi-6")
    client = house.browser()
    client.cookies.set("lachan", "planted", domain="desk.example")
    client.cookies.set("lachan-visit", "planted", domain="desk.example")
    house.arrive(client, "nguoi-6")
    held = [cookie.value for cookie in client.cookies.jar if cookie.name == "lachan"]
    assert held and "planted" not in held[-1:]
    assert house.station.desk.accounts.actor("planted") is None


@pytest.mark.parametrize(
    "next_path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "x"]
)
def test_no_redirect_leads_elsewhere(house: House, next_path: str) -> None:
    linked(house, "phan-tich", "nguoi-7")
    arrived = house.arrive(house.browser(), "nguoi-7", next_path)
    assert 'content="0; url=/"' in arrived.text and "evil" not in arrived.text


def test_the_person_says_no_at_the_provider(house: House) -> None:
    client = house.browser()
    state = parse_qs(urlsplit(house.start(client)).query)["state"][0]
    answer = client.get("/sso/callback", params={"state": state, "error": "access_denied"})
    assert answer.status_code == 401


def test_out_here_and_the_way_out_there(house: House) -> None:
    linked(house, "phan-tich", "nguoi-8")
    client = house.browser()
    house.arrive(client, "nguoi-8")
    page = client.get("/help")
    left = client.post("/logout", data={"csrf": form_token(page)})
    assert left.headers["location"] == "/login?left"
    assert client.get("/").status_code == 303
    assert f'href="{house.issuer}/' in client.get("/login?left").text


def test_passwords_off_but_for_break_glass(house: House) -> None:
    house.sso.local = False
    client = house.browser()
    page = client.get("/login")
    assert "Tài khoản quản trị khẩn cấp" in page.text
    for name, status in (("can-bo", 401), ("quan-tri-hai", 401), ("quan-tri", 303)):
        fields = {"name": name, "password": PASSWORD, "code": house.station.code(name) or ""}
        answer = client.post("/login", data={"csrf": form_token(client.get("/login")), **fields})
        assert answer.status_code == status, name


def test_a_provider_that_is_gone_is_said(house: House) -> None:
    provider = Provider("http://127.0.0.1:9", "x", None, f"{DESK}/sso/callback", DESK, house.station.clock)
    sso = SingleSignOn(house.station.database, house.station.clock, house.station.desk.accounts, provider)
    app = create_app(replace(house.station.desk, sso=sso))
    answer = TestClient(app, base_url=DESK, follow_redirects=False).get("/sso/start")
    assert answer.status_code == 401 and "Không liên lạc được" in answer.text
