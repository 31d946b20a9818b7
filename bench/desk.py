"""How the desk stands 50 officers: the real server, a real browser's requests, a million fact rows. One JSON line.

python bench/desk.py [--url postgresql+psycopg://...] [--facts 1000000] [--open 100000] [--seconds 60]

Without `--url`: SQLite in a fresh folder. A given database must be empty. Officers rest `--think` seconds between
two requests, so that a case takes each of them 24 s by default: three times as busy as 400 cases in eight hours.
`claim_p95_ms` and `page_p95_ms` are what the officer waits for the whole answer, over loopback; the officers share the
machine's cores with the server and the database, and `load` says who else did. `cpu_ms_per_request` is the server's
own time, whoever else is busy. `storm` is 50 threads that take cases as fast as they can, straight from the use
case: its point is `double_claims`, not its pace.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pyotp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.desk_filling import fill
from lachan.app.bootstrap import Application, open_application
from lachan.app.settings import Settings, read_settings
from lachan.domain.account import Actor
from lachan.domain.case import CaseState
from lachan.domain.errors import LachanError
from lachan.domain.taxonomy import Route
from lachan.pipeline.accounts import Accounts
from lachan.pipeline.ports import CaseFilter

OFFICERS = 50
#: The server closes what is idle for five seconds; a browser would send again, this client would not.
REUSE = httpx2.Limits(keepalive_expiry=2)
PASSWORD = "một câu dài chỉ để đo tốc độ"
CSRF = re.compile(r'data-csrf="([0-9a-f]{64})"')


def sign_in_all(accounts: Accounts, secrets: dict[str, str]) -> dict[str, tuple[str, Actor]]:
    return {
        name: accounts.sign_in(name, PASSWORD, pyotp.TOTP(secret).now()) for name, secret in secrets.items()
    }


@contextmanager
def served(environment: dict[str, str]) -> Iterator[str]:
    """`lachan serve` in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "lachan.app.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                if httpx2.get(f"{url}/readyz").status_code == 200:
                    break
            except httpx2.HTTPError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


class Officer:
    """One person at work: overview, queue, next case, read it, dismiss it; every fifth is given back."""

    def __init__(self, url: str, token: str, seed: int, took: dict[str, list[float]]) -> None:
        self.client = httpx2.AsyncClient(base_url=url, cookies={"lachan": token}, timeout=60, limits=REUSE)
        self.lot = random.Random(seed)
        self.took = took
        self.csrf = ""
        self.trouble = 0

    async def work(self, until: float, think: float) -> None:
        await asyncio.sleep(self.lot.random() * think)
        async with self.client:
            while time.monotonic() < until:
                await self.get("/", "overview", think)
                queue = "/queue/review" + self.lot.choice(
                    ("", "", "", "?page=2", "?category=selfharm", "?waited=4", "?urgent=1", "?page=40")
                )
                await self.get(queue, "queue", think)
                answer = await self.post("/queue/review/next", "claim", think)
                case = answer.headers.get("location", "/")
                if not case.startswith("/cases/"):
                    continue
                await self.get(case, "case", think)
                await self.post(f"{case}/look", "look", 0)
                if self.lot.random() < 0.2:
                    await self.post(f"{case}/release", "release", think)
                else:
                    reason = {"measure": "dismiss", "reason": "Không có dấu hiệu gây hại cho người dưới 18"}
                    await self.post(f"{case}/decide", "decide", think, **reason)

    async def get(self, path: str, what: str, think: float) -> None:
        began = time.perf_counter()
        answer = await self.client.get(path)
        self.note(what, began, answer.status_code == 200)
        found = CSRF.search(answer.text)
        self.csrf = found[1] if found else self.csrf
        await self.rest(think)

    async def post(self, path: str, what: str, think: float, **form: str) -> httpx2.Response:
        began = time.perf_counter()
        answer = await self.client.post(path, data={"csrf": self.csrf, **form})
        self.note(what, began, answer.status_code in (200, 303))
        await self.rest(think)
        return answer

    async def rest(self, think: float) -> None:
        if think:
            await asyncio.sleep(think * (0.5 + self.lot.random()))

    def note(self, what: str, began: float, good: bool) -> None:
        self.took[what].append((time.perf_counter() - began) * 1000)
        self.trouble += not good


async def day(
    url: str, tokens: list[str], seconds: float, think: float
) -> tuple[dict[str, list[float]], int]:
    took: dict[str, list[float]] = defaultdict(list)
    officers = [Officer(url, token, seed, took) for seed, token in enumerate(tokens)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(officer.work(until, think) for officer in officers))
    return took, sum(officer.trouble for officer in officers)


def storm(application: Application, actors: list[Actor], each: int) -> dict[str, Any]:
    """Every officer takes `each` cases, all at once."""
    took: list[float] = []
    got: list[int] = []
    lost = [0]

    def work(actor: Actor) -> None:
        for _ in range(each):
            began = time.perf_counter()
            try:
                case = application.review.claim_next(actor, Route.REVIEW)
            except LachanError:
                lost[0] += 1
                continue
            took.append((time.perf_counter() - began) * 1000)
            if case is not None:
                got.append(case.id)

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "claims": len(got),
        "refused": lost[0],
        "double_claims": len(got) - len(set(got)),
        "p95_ms": p95(took),
        "per_s": round(len(got) / (time.perf_counter() - began), 1),
    }


def double_claims(application: Application, after: int) -> int:
    """By the audit log: a case that somebody claimed while it was with another."""
    holder: dict[str, str] = {}
    doubles = 0
    with application.database.read() as unit:
        for link in unit.audit.links(after):
            event = link.event
            if event.action == "case:claim":
                doubles += holder.get(event.subject, event.actor) != event.actor
                holder[event.subject] = event.actor
            elif event.action in ("case:release", "case:decide", "case:claim_expired"):
                holder.pop(event.subject, None)
    return doubles


def _cpu_of_children() -> float:
    """Seconds, of children that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def p95(took: list[float]) -> float | None:
    return round(statistics.quantiles(took, n=20)[18], 1) if len(took) > 1 else None


def figures(took: dict[str, list[float]]) -> dict[str, Any]:
    pages = [ms for what in ("overview", "queue", "case") for ms in took[what]]
    each = {
        what: {"n": len(ms), "p50": round(statistics.median(ms), 1), "p95": p95(ms)}
        for what, ms in took.items()
    }
    return {"page_p95_ms": p95(pages), "claim_p95_ms": p95(took["claim"]), "each": each}


def measure(
    application: Application,
    environment: dict[str, str],
    secrets: dict[str, str],
    seconds: float,
    think: float,
) -> dict[str, Any]:
    """50 officers at a served desk, then the storm, over what is there."""
    with application.database.read() as unit:
        after = unit.audit.head()[0]
        left = unit.cases.count(CaseFilter(states=(CaseState.OPEN,)))
    signed = sign_in_all(application.accounts, secrets)
    load_before, cpu_before = os.getloadavg()[0], _cpu_of_children()
    with served(environment) as url:
        tokens = [token for token, _ in signed.values()]
        asyncio.run(day(url, tokens[:4], 3, 0.3))  # templates compiled, pools filled
        took, trouble = asyncio.run(day(url, tokens, seconds, think))
    requests = sum(map(len, took.values()))
    return {
        "open": left,
        "officers": OFFICERS,
        "requests_per_s": round(requests / seconds, 1),
        "cpu_ms_per_request": round((_cpu_of_children() - cpu_before) * 1000 / requests, 1),
        **figures(took),
        "errors": trouble,
        "storm": storm(application, [actor for _, actor in signed.values()], 4),
        "double_claims": double_claims(application, after),
        "load": [round(load_before, 1), round(os.getloadavg()[0], 1)],
        "cores": os.cpu_count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--think", type=float, default=4.0, help="seconds between two requests of one officer"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {"LACHAN_DATA": f"{folder}/var", "LACHAN_KEY_FILE": f"{folder}/keys.json"}
        if given.url:
            environment["LACHAN_DATABASE_URL"] = given.url
        settings: Settings = read_settings(environment, Path(folder))
        with open_application(settings) as application:
            began = time.perf_counter()
            secrets = fill(application, settings.database_url, given.facts, given.open, OFFICERS, PASSWORD)
            filled = round(time.perf_counter() - began)
            measured = measure(application, environment, secrets, given.seconds, given.think)
    backend = settings.database_url.split(":")[0]
    print(json.dumps({"backend": backend, "facts": given.facts, **measured, "fill_s": filled}))


if __name__ == "__main__":
    main()
