"""TLS and the API key: a gate with a certificate of our own stands before the test server and asks for the key."""

from __future__ import annotations

import http.client
import ipaddress
import secrets
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from index import open_index
from lachan.domain.errors import InputError, Unavailable
from lachan.pipeline.ports import SearchRequest
from tests.index.sentences import SENTENCES

KEY = "a2V5OnNlY3JldA=="


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """(certificate, key) of an authority that vouches for itself on loopback."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / f"{name}.crt", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, private


@dataclass(frozen=True)
class Gate:
    url: str
    authority: Path
    foreign: Path


@pytest.fixture(scope="module")
def gate(search_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    folder, behind = tmp_path_factory.mktemp("gate"), urlsplit(search_server)
    certificate, key = _certificate(folder, "own")
    foreign, _ = _certificate(folder, "foreign")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != f"ApiKey {KEY}":
                self._answer(401, {"Content-Type": "application/json"}, b"{}")
                return
            connection = http.client.HTTPConnection(str(behind.hostname), behind.port, timeout=30)
            connection.request(self.command, self.path, body, {**self.headers, "Accept-Encoding": "identity"})
            answer = connection.getresponse()
            self._answer(answer.status, dict(answer.getheaders()), answer.read())
            connection.close()

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Gate(f"https://127.0.0.1:{server.server_port}/gate-{secrets.token_hex(4)}", certificate, foreign)
    server.shutdown()
    server.server_close()
    thread.join()


def test_over_tls_with_a_key(gate: Gate) -> None:
    index = open_index(gate.url, api_key=KEY, authority=str(gate.authority))
    index.rebuild(SENTENCES)
    assert index.search(SearchRequest("mèo")).total == 1
    assert index.rows() == {each.case: each.digest for each in SENTENCES}
    index.close()


def test_a_wrong_key_is_said_so(gate: Gate) -> None:
    for key in (None, "d3Jvbmc="):
        with pytest.raises(Unavailable, match="its key"):
            open_index(gate.url, api_key=key, authority=str(gate.authority)).cases()


def test_a_server_that_nobody_vouches_for_gets_no_key(gate: Gate) -> None:
    for authority in (None, str(gate.foreign)):
        with pytest.raises(Unavailable, match="LACHAN_INDEX_URL"):
            open_index(gate.url, api_key=KEY, authority=authority).cases()


@pytest.mark.parametrize(
    "url", ["http://search.example:9200/lachan", "https://user:pass@h/x", "https://h/a/b", "https://h/Upper"]
)
def test_addresses_that_cannot_be_used(url: str) -> None:
    with pytest.raises(InputError):
        open_index(url)
