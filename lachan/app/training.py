"""The training desk beside the live one: the same people and permissions, the sample town's posts, a store of its own.
Nobody's password or one-time secret comes here: people come in from the live desk, with a pass (`training_pass`).

`<data>/training` is made anew at every start and removed at the end. Settings of the live desk are not handed on but
for the few named in `training_settings`: no webhook, no mail, no key of a site, no index and no database of live data
can be reached from here, because nothing here knows where they are. Pages are not fetched either.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from lachan.app.bootstrap import KIND, LIVE, TRAINING, Application, clock
from lachan.app.settings import Settings
from lachan.app.town_directory import fill_directory
from lachan.app.town_rows import places, rows
from lachan.app.training_door import FOLDER, LOCK
from lachan.domain import citation
from lachan.domain.account import Account, Actor, Role
from lachan.domain.audit import SYSTEM
from lachan.domain.case import CaseState
from lachan.domain.errors import ConflictError
from lachan.domain.measure import Measure
from lachan.domain.report import Reporter, Told
from lachan.domain.taxonomy import Route
from lachan.pipeline.clauses import ended_here
from lachan.pipeline.ports import CaseFilter
from lachan.pipeline.review import Decision

#: All that the training desk learns of the live one's settings; what a later release adds stays behind, too.
_HANDED_ON: Final = frozenset({"models", "secure_cookies", "desk_url", "letterhead", "support"})
#: Who decided what waits for its second person at the start. Nobody signs in as this colleague.
COLLEAGUE: Final = "dong-nghiep-tap"
OTHER_COLLEAGUE: Final = "dong-nghiep-tap-hai"
TO_APPROVE: Final = 3
_HANOI: Final = timedelta(hours=7)
_NECESSITY: Final = (
    "Bài tập số {}: bài này nhắm tới người dưới 18 và vẫn còn đó; nhãn cảnh báo không ngăn được ai."
)
#: Reports from people, invented.
_TOLD: Final = (
    Told(
        Reporter.PARENT,
        "Con tôi bị các bạn cùng lớp lập nhóm nói xấu, cháu không dám đến trường nữa.",
        "",
        "",
        False,
        False,
    ),
    Told(
        Reporter.TEACHER,
        "Học sinh của tôi chuyền nhau một trang bán thuốc lá điện tử.",
        "https://dien-dan-tap.invalid/bai/f-0001",
        "",
        False,
        False,
    ),
)


def people_of(live: Application) -> list[Account]:
    """Everybody's name, role and leave. Raises RefusedError unless this is a live folder."""
    live.require(LIVE)
    with live.database.read() as unit:
        return unit.accounts.all()


def training_settings(live: Settings, folder: Path) -> Settings:
    """Everything under `folder`, nothing that leads out."""
    unset: dict[str, Any] = {field.name: None for field in fields(Settings) if field.name not in _HANDED_ON}
    own = {
        "data": folder,
        "database_url": f"sqlite:///{folder / 'lachan.db'}",
        "index_url": str(folder / "index"),
        "key_file": folder / "keys.json",
    }
    return replace(live, **(unset | own))


@contextmanager
def training_folder(live: Settings) -> Iterator[Path]:
    """An empty folder, removed at the end. Raises ConflictError while another training desk has it."""
    live.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = live.data / FOLDER
    with (live.data / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError("a training desk is open on this data folder already: use that one") from None
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def begin(application: Application, people: list[Account]) -> None:
    """Fill the empty store: the people, the town's places and posts, judged; some reports; some decisions to
    approve."""
    now = clock()
    with application.database.write() as unit:
        unit.state.set(KIND, TRAINING)
        for account in people:
            unit.accounts.add(account, None)
        for place in places(now):
            unit.sources.add(place)
    application.__dict__.pop("kind", None)  # asked once as None
    for key, posts in rows(now).items():
        application.intake.import_rows(SYSTEM, key, posts)
    application.assess.drain()
    for told in _TOLD:
        application.public_reports.submit(told, None)
    _decide_some(application)
    by, checked = (
        Actor(Account(name, Role.PROTECTION_OFFICER), interactive=True)
        for name in (COLLEAGUE, OTHER_COLLEAGUE)
    )
    fill_directory(application.directory, application.database, by, checked)


def _decide_some(application: Application) -> None:
    colleague = Actor(Account(COLLEAGUE, Role.OFFICER), interactive=True)
    today = (clock() + _HANOI).date()
    measure, done = Measure.REMOVAL_REQUEST, 0
    with application.database.read() as unit:
        waiting = unit.cases.find(CaseFilter(route=Route.REVIEW, states=(CaseState.OPEN,)), limit=50)
        ended = ended_here(unit)
    for case in reversed(waiting):
        basis = citation.suggested(measure, case.categories, case.age, today, ended)
        if basis and done < TO_APPROVE:
            done += 1
            application.review.claim(colleague, case.id)
            reason = _NECESSITY.format(done)
            application.review.decide(colleague, case.id, Decision(measure, reason, basis, "Ban quản trị"))
