"""The provider's answer: tokens signed with real keys, and every way in which one may be wrong."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from lachan.app.addresses import checked_address
from lachan.app.oidc import FRESH_FOR, MAX_ANSWER, Provider
from lachan.domain.errors import InputError
from lachan.pipeline.accounts import SignInFailed
from lachan.pipeline.sso import Identity

ISSUER = "https://login.example/realm"
NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
SECOND = ECKey.generate_key("P-256", {"kid": "two"})


@dataclass
class House:
    """What stands behind the issuer's addresses."""

    keys: list[Any] = field(default_factory=lambda: [KEY])
    metadata: dict[str, Any] = field(
        default_factory=lambda: {
            "issuer": ISSUER,
            "authorization_endpoint": "https://login.example/authorize?realm=1",
            "token_endpoint": "https://login.example/token",
            "jwks_uri": "https://keys.example/jwks",
            "end_session_endpoint": "https://login.example/leave",
        }
    )
    token: object = ""
    now: datetime = NOW
    asked: list[tuple[str, str, str, Mapping[str, str]]] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def fetch(self, method: str, url: str, body: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self.asked.append((method, url, body, headers))
        if url in self.answers:
            return self.answers[url]
        if url == f"{ISSUER}/.well-known/openid-configuration":
            found: Any = self.metadata
        elif url == self.metadata.get("jwks_uri"):
            found = KeySet(self.keys).as_dict(private=False)
        elif url == self.metadata.get("token_endpoint"):
            found = {"id_token": self.token, "access_token": "x", "token_type": "Bearer"}
        else:
            raise AssertionError(f"nobody asked for {url}")
        return 200, json.dumps(found).encode()

    def provider(self, secret: str | None = "geheim & mehr") -> Provider:
        return Provider(
            issuer=ISSUER,
            client_id="lachan",
            client_secret=secret,
            redirect_uri="https://desk.example/sso/callback",
            desk_url="https://desk.example",
            clock=lambda: self.now,
            fetch=self.fetch,
        )


def claims(**changes: Any) -> dict[str, Any]:
    stamp = int(NOW.timestamp())
    given = {
        "iss": ISSUER,
        "aud": "lachan",
        "sub": "s-1",
        "iat": stamp,
        "exp": stamp + 300,
        "nonce": "n-1",
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def signed(given: dict[str, Any], key: Any = KEY, alg: str = "RS256", **header: Any) -> str:
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, given, key, [alg])


def unsigned(given: dict[str, Any], alg: str = "none") -> str:
    parts = ({"alg": alg, "kid": "one"}, given)
    return ".".join(urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."


def proven(house: House) -> Identity:
    return house.provider().proven("the code", "the verifier", "n-1")


def test_a_good_token_is_an_identity() -> None:
    house = House(token=signed(claims(acr="loa3", amr=["pwd", "otp", 7])))
    assert proven(house) == Identity(ISSUER, "s-1", frozenset({"loa3", "pwd", "otp"}))
    body = dict(parse_qsl(next(asked[2] for asked in house.asked if asked[0] == "POST")))
    assert body == {
        "grant_type": "authorization_code",
        "code": "the code",
        "redirect_uri": "https://desk.example/sso/callback",
        "code_verifier": "the verifier",
    }
    house = House(token=signed(claims(), SECOND, "ES256"), keys=[KEY, SECOND])
    assert proven(house).subject == "s-1"
    assert proven(House(token=signed(claims(aud=["lachan", "x"], azp="lachan")))).subject == "s-1"


STAMP = int(NOW.timestamp())
WRONG: dict[str, Callable[[], str]] = {
    "nonce": lambda: signed(claims(nonce="n-2")),
    "no nonce": lambda: signed(claims(nonce=None)),
    "nonce of another kind": lambda: signed(claims(nonce=["n-1"])),
    "audience": lambda: signed(claims(aud="somebody")),
    "no audience": lambda: signed(claims(aud=None)),
    "two audiences": lambda: signed(claims(aud=["lachan", "x"])),
    "another's": lambda: signed(claims(azp="x")),
    "issuer": lambda: signed(claims(iss="https://login.example/other")),
    "no issuer": lambda: signed(claims(iss=None)),
    "issuer with a slash": lambda: signed(claims(iss=ISSUER + "/")),
    "expired": lambda: signed(claims(exp=STAMP - 31)),
    "no end": lambda: signed(claims(exp=None)),
    "from the future": lambda: signed(claims(iat=STAMP + 3600)),
    "not yet": lambda: signed(claims(nbf=STAMP + 3600)),
    "no subject": lambda: signed(claims(sub=None)),
    "empty subject": lambda: signed(claims(sub=" ")),
    "long subject": lambda: signed(claims(sub="x" * 256)),
    "subject is a number": lambda: signed(claims(sub=7)),
    "none": lambda: unsigned(claims()),
    "None": lambda: unsigned(claims(), "None"),
    "another key under its name": lambda: signed(claims(), OTHER),
    "a key that is not there": lambda: signed(claims(), RSAKey.generate_key(2048, {"kid": "three"})),
    "the public key as a shared secret": lambda: _shared(claims(), KEY.as_pem(private=False)),
    "cut": lambda: signed(claims())[:-8],
    "changed": lambda: _changed(signed(claims())),
    "no token": lambda: "",
    "three dots": lambda: "...",
}


def _shared(given: dict[str, Any], secret: bytes) -> str:
    """By hand: the library itself refuses to sign so."""
    body = unsigned(given, "HS256").rstrip(".")
    mark = hmac.new(secret, body.encode(), hashlib.sha256).digest()
    return f"{body}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def _changed(token: str) -> str:
    head, _, signature = token.split(".")
    payload = urlsafe_b64encode(json.dumps(claims(sub="s-2")).encode()).rstrip(b"=").decode()
    return f"{head}.{payload}.{signature}"


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_token_lets_nobody_in(what: str) -> None:
    with pytest.raises(SignInFailed, match="does not prove"):
        proven(House(token=WRONG[what]()))


@pytest.mark.parametrize("token", [None, 7, ["x"], {"x": 1}])
def test_what_is_no_token(token: object) -> None:
    with pytest.raises(SignInFailed):
        proven(House(token=token))


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=50)
def test_any_text_in_its_place_is_refused(token: str) -> None:
    with pytest.raises(SignInFailed):
        proven(House(token=token))


def test_the_way_there_carries_state_nonce_and_challenge() -> None:
    verifier = "v" * 64
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    parts = urlsplit(House().provider().authorization_url("s t&x", "n", challenge))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "login.example", "/authorize")
    assert parse_qs(parts.query) == {
        "realm": ["1"],
        "response_type": ["code"],
        "client_id": ["lachan"],
        "redirect_uri": ["https://desk.example/sso/callback"],
        "scope": ["openid"],
        "state": ["s t&x"],
        "nonce": ["n"],
        "code_challenge": [challenge],
        "code_challenge_method": ["S256"],
    }


@pytest.mark.parametrize(
    ("ways", "secret", "header", "fields"),
    [
        (None, "s&:", True, set()),
        (["client_secret_post"], "s&:", False, {"client_id", "client_secret"}),
        (["none"], None, False, {"client_id"}),
    ],
)
def test_how_the_desk_proves_itself(
    ways: list[str] | None, secret: str | None, header: bool, fields: set[str]
) -> None:
    house = House(token=signed(claims()))
    if ways:
        house.metadata["token_endpoint_auth_methods_supported"] = ways
    house.provider(secret).proven("c", "v", "n-1")
    _, _, body, headers = next(asked for asked in house.asked if asked[0] == "POST")
    assert ("Authorization" in headers) is header
    assert set(dict(parse_qsl(body))) >= fields


PLACES = [
    None, "", "http://login.example/x", "http://127.0.0.1/x", "file:///etc/passwd", "//x", "gopher://x/", 7,
    "https://a:b@login.example/", "javascript:alert(1)",
]  # fmt: skip


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "place",
    PLACES,
)
def test_addresses_that_are_not_tls_are_not_used(name: str, place: object) -> None:
    house = House(token=signed(claims()))
    house.metadata[name] = place
    with pytest.raises(SignInFailed):
        house.provider().authorization_url("s", "n", "c")
        house.provider().proven("c", "v", "n-1")
    assert all(asked[1].startswith("https://") for asked in house.asked)


def test_a_document_of_another_issuer_is_refused() -> None:
    house = House()
    house.metadata["issuer"] = "https://evil.example"
    with pytest.raises(SignInFailed, match="issuer"):
        house.provider().authorization_url("s", "n", "c")


@pytest.mark.parametrize(
    "answer", [(500, b"{}"), (200, b"[]"), (200, b"\xff"), (200, b"{" + b" " * MAX_ANSWER + b"}"), (302, b"")]
)
def test_what_is_no_answer_is_a_provider_that_is_down(answer: tuple[int, bytes]) -> None:
    house = House(answers={f"{ISSUER}/.well-known/openid-configuration": answer})
    with pytest.raises(OSError, match=r"status|JSON"):
        house.provider().authorization_url("s", "n", "c")


def test_a_code_that_the_provider_refuses_lets_nobody_in() -> None:
    house = House(answers={"https://login.example/token": (400, b'{"error":"invalid_grant"}')})
    with pytest.raises(SignInFailed, match="status 400"):
        proven(house)


def test_document_and_keys_are_kept_and_turned_keys_are_fetched_once() -> None:
    house = House(token=signed(claims()))
    provider = house.provider()
    for _ in range(3):
        provider.proven("c", "v", "n-1")
    assert sum(asked[0] == "GET" for asked in house.asked) == 2
    house.keys, house.token = [SECOND], signed(claims(), SECOND, "ES256")
    with pytest.raises(SignInFailed):  # asked a moment ago
        provider.proven("c", "v", "n-1")
    house.now += timedelta(seconds=61)
    assert provider.proven("c", "v", "n-1").subject == "s-1"
    assert sum(asked[0] == "GET" for asked in house.asked) == 3
    house.now += timedelta(seconds=FRESH_FOR)
    provider.logout_url()
    assert sum(asked[0] == "GET" for asked in house.asked) == 4


def test_the_way_out() -> None:
    house = House()
    found = house.provider().logout_url()
    assert found and found.startswith(
        "https://login.example/leave?client_id=lachan&post_logout_redirect_uri="
    )
    del house.metadata["end_session_endpoint"]
    assert house.provider().logout_url() is None


def test_addresses() -> None:
    for good in ("https://x.example", "http://127.0.0.1:9/x", "http://localhost:1"):
        assert checked_address(good) == good
    assert checked_address("http://localhost:1/t", like="http://localhost:1")
    for bad in ("http://x.example", "https://", "", "ftp://x", "https://a@x.example", "https://x.example/#f"):
        with pytest.raises(InputError):
            checked_address(bad)
