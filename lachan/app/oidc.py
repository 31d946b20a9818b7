"""The provider of identities, by OpenID Connect Core 1.0: authorization code with PKCE (RFC 7636), state and nonce.

settings -> discovery (from the issuer alone) -> authorization -> code -> token -> keys -> checked identity

Every address comes from the settings or from the document under the issuer; nothing that a browser sends leads
anywhere. Redirects are not followed, answers are cut at 256 KiB.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Lock
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lachan.app.addresses import checked_address
from lachan.domain.errors import InputError
from lachan.pipeline.accounts import SignInFailed
from lachan.pipeline.ports import Clock
from lachan.pipeline.sso import MAX_SUBJECT, Identity

TIMEOUT: Final = 10.0  # seconds
MAX_ANSWER: Final = 256 * 1024  # bytes
FRESH_FOR: Final = 3600.0  # seconds that discovery and keys are kept
RETRY_AFTER: Final = 60.0  # seconds between two looks for a key that was not there
LEEWAY: Final = 30  # seconds by which clocks may differ
#: Signatures that only the provider can make. Never `none`, never a shared secret.
ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA",
)  # fmt: skip
_WELL_KNOWN: Final = "/.well-known/openid-configuration"


class Fetch(Protocol):
    """One request; status and body. Raises OSError."""

    def __call__(self, method: str, url: str, body: str, headers: Mapping[str, str]) -> tuple[int, bytes]: ...


def fetch(method: str, url: str, body: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Over TLS as the system trusts it."""
    parts = urlsplit(url)
    open_ = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = open_(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body or None, {"Accept": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read(MAX_ANSWER + 1)
    except HTTPException as error:
        raise OSError(type(error).__name__) from error
    finally:
        connection.close()


@dataclass
class Provider:
    """IdentityProvider by OpenID Connect. `redirect_uri` is this desk's, as registered there."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect_uri: str
    desk_url: str
    clock: Clock
    fetch: Fetch = fetch
    _kept: dict[str, tuple[float, Mapping[str, Any]]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def authorization_url(self, state: str, nonce: str, challenge: str) -> str:
        place = self._place("authorization_endpoint")
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{place}{'&' if urlsplit(place).query else '?'}{urlencode(asked)}"

    def proven(self, code: str, verifier: str, nonce: str) -> Identity:
        token = self._token(code, verifier)
        for again in (False, True):  # a provider that turned its keys is asked once more
            try:
                claims = jwt.decode(token, self._keys(again=again), list(ALGORITHMS)).claims
                break
            except (JoseError, ValueError, TypeError) as error:
                if again or not self._may_ask_again():
                    raise _refused(f"signature: {type(error).__name__}") from error
        return self._identity(claims, nonce)

    def logout_url(self) -> str | None:
        if "end_session_endpoint" not in self._metadata():
            return None
        back = {"client_id": self.client_id, "post_logout_redirect_uri": f"{self.desk_url}/login"}
        return f"{self._place('end_session_endpoint')}?{urlencode(back)}"

    # --- Within --------------------------------------------------------------------------------------------
    def _identity(self, claims: Mapping[str, Any], nonce: str) -> Identity:
        """What the token says, checked as OpenID Connect Core 1.0 §3.1.3.7 asks. Raises SignInFailed."""
        registry = jwt.JWTClaimsRegistry(
            now=int(self.clock().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except (JoseError, ValueError, TypeError) as error:
            raise _refused(f"{getattr(error, 'claim', '') or type(error).__name__}") from error
        audience = claims["aud"]
        others = isinstance(audience, list) and len(audience) > 1
        if (others or "azp" in claims) and claims.get("azp") != self.client_id:
            raise _refused("azp")
        given = claims.get("nonce")
        if not isinstance(given, str) or not compare_digest(given.encode(), nonce.encode()):
            raise _refused("nonce")
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject.strip() or len(subject) > MAX_SUBJECT:
            raise _refused("sub")
        return Identity(self.issuer, subject, frozenset(_methods(claims)))

    def _token(self, code: str, verifier: str) -> str:
        metadata = self._metadata()
        place = self._place("token_endpoint")
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self.client_secret is None:
            asked["client_id"] = self.client_id
        elif "client_secret_basic" in ways:
            pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
            headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
        else:
            asked |= {"client_id": self.client_id, "client_secret": self.client_secret}
        answer = self._json("POST", place, urlencode(asked), headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _refused("id_token")
        return token

    def _metadata(self) -> Mapping[str, Any]:
        found = self._fresh("metadata", self.issuer.rstrip("/") + _WELL_KNOWN)
        if found.get("issuer") != self.issuer:
            raise _refused("issuer")
        return found

    def _place(self, name: str) -> str:
        """An address of the provider's own document. Raises SignInFailed for one that will not do."""
        try:
            return checked_address(self._metadata().get(name), like=self.issuer)
        except InputError as error:
            raise _refused(name) from error

    def _keys(self, *, again: bool) -> KeySet:
        place = self._place("jwks_uri")
        keys = self._fresh("keys", place, again=again).get("keys")
        usable = (
            [key for key in keys if isinstance(key, dict) and key.get("use", "sig") == "sig"]
            if (isinstance(keys, list))
            else []
        )
        return KeySet.import_key_set({"keys": [key for key in usable if key.get("kty") != "oct"]})

    def _may_ask_again(self) -> bool:
        at, _ = self._kept.get("keys", (0.0, {}))
        return self.clock().timestamp() - at > RETRY_AFTER

    def _fresh(self, name: str, url: str, *, again: bool = False) -> Mapping[str, Any]:
        now = self.clock().timestamp()
        with self._lock:
            at, kept = self._kept.get(name, (0.0, {}))
        if kept and now - at < FRESH_FOR and not again:
            return kept
        found = self._json("GET", url, "", {})
        with self._lock:
            self._kept[name] = (now, found)
        return found

    def _json(self, method: str, url: str, body: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
        status, answer = self.fetch(method, url, body, headers)
        if status != 200:
            raise _refused(f"status {status}") if 400 <= status < 500 else OSError(f"status {status}")
        try:
            found = json.loads(answer) if len(answer) <= MAX_ANSWER else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise OSError("the provider did not answer with a JSON object")
        return found


def _methods(claims: Mapping[str, Any]) -> Sequence[str]:
    """`acr` and all of `amr`."""
    said = claims.get("amr")
    listed = said if isinstance(said, list) else []
    return [word for word in (claims.get("acr"), *listed) if isinstance(word, str)]


def _refused(what: str) -> SignInFailed:
    return SignInFailed(f"the provider's answer does not prove who you are ({what}): begin again")
