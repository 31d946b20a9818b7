"""An Elasticsearch-protocol server for tests: the one that LACHAN_TEST_ELASTICSEARCH_URL names, else `noida-db` as a
process of our own on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from elasticsearch import Elasticsearch, TransportError

START_SECONDS = 120  # a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """`noida-db` on loopback with its data in `folder`, once it answers."""
    program = Path(str(files("noida_db") / "noida-db"))
    program.chmod(0o755)
    command = [str(program), "start", "--only", "elasticsearch", "--elasticsearch-port", str(port)]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--data-dir", str(folder / "data")], stdout=log, stderr=log
        )
    with Elasticsearch(f"http://127.0.0.1:{port}", max_retries=0) as client:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                client.info()
                return process
            except TransportError:
                assert process.poll() is None, (folder / "server.log").read_text()
                assert time.monotonic() < until, "the server does not start"
                time.sleep(0.1)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Its URL, without a name. What cannot start is a failure, not a skip."""
    named = os.environ.get("LACHAN_TEST_ELASTICSEARCH_URL")
    if named:
        yield named.rstrip("/")
        return
    port = free_port()
    process = start(folder, port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
