"""A desk after two years: closed facts without text, a long audit log, letters, and a full queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from lachan.app.bootstrap import KIND, LIVE, Application
from lachan.domain.account import Role
from lachan.domain.assessment import Assessment, Label, Reason, Span
from lachan.domain.audit import AuditEvent
from lachan.domain.case import KEEP_FACTS, CaseState
from lachan.domain.measure import Measure
from lachan.domain.post import Post, Source, SourceKind, SourcePurpose, SourceState
from lachan.domain.taxonomy import AgeBand, Audience, Category, Context, Route
from lachan.pipeline.ports import NewCase
from lachan.store import engines
from lachan.store.tables import cases

NOW = datetime.now(UTC)
SEED = 2000  # facts made one by one; the rest are copies of them, further back
SOURCES = 20
BANDS = 16  # band digests a text, as the near-copy search writes
ALIKE = 12  # open cases in one group of near-copies; one in ten cases is in a group


def fill(
    application: Application, url: str, facts: int, waiting: int, officers: int, password: str
) -> dict[str, str]:
    """Fill an empty database; the one-time secrets of the officers by name."""
    secrets = _people(application, officers, password)
    with application.database.write() as unit:
        unit.state.set(KIND, LIVE)
        for number in range(SOURCES):
            unit.sources.add(_source(number))
    _past(application, url, facts - waiting, list(secrets))
    _waiting(application, waiting)
    engine = engines.make_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return secrets


def _people(application: Application, officers: int, password: str) -> dict[str, str]:
    application.accounts.first_admin("admin", password)
    admin, secrets = application.accounts.named("admin"), {}
    for number in range(officers):
        name = f"officer-{number}"
        secret = application.accounts.create(admin, name, Role.OFFICER, password).totp_secret
        assert secret is not None
        secrets[name] = secret
    return secrets


def _source(number: int) -> Source:
    return Source(
        key=f"place-{number}",
        title=f"Diễn đàn {number}",
        kind=SourceKind.FORUM,
        url=f"https://place-{number}.example/",
        url_prefix=f"https://place-{number}.example/",
        audience=Audience.GENERAL,
        purpose=SourcePurpose.MINORS_PRESENT,
        legal_basis="Luật Trẻ em Điều 54",
        contact="Ban quản trị",
        proposed_by="admin",
        state=SourceState.ACTIVE,
        confirmed_by="admin-2",
        confirmed_at=NOW,
    )


def _new(number: int, opened: datetime, bands: tuple[str, ...] = ()) -> NewCase:
    category = list(Category)[number % len(Category)]
    words = f"bài số {number} " + "chữ " * 48
    place = f"place-{number % SOURCES}"
    url = f"https://{place}.example/{number}"
    post = Post(f"{number:064x}", place, words, url, None, opened, opened, Audience.GENERAL)
    route, context = (
        (Route.PROTECT, Context.VICTIM) if number % 20 == 0 else (Route.REVIEW, Context.PROMOTING)
    )
    assessment = Assessment(
        route,
        context,
        "bench@0",
        (Label(category, 0.9),),
        (Span(0, 4, category),),
        (Reason("bench", 0, 4),),
        number % 50 == 1,
        AgeBand.CHILD_U16,
    )
    return NewCase(post, assessment, opened + timedelta(days=14), bands)


def _waiting(application: Application, count: int) -> None:
    for at in range(0, count, 2000):
        new = []
        for number in range(at, min(at + 2000, count)):
            group = number // (10 * ALIKE) if number // ALIKE % 10 == 0 else None
            mark = f"n{number}" if group is None else f"g{group}"
            bands = tuple(f"{mark}-{band}" for band in range(BANDS))
            new.append(_new(number, NOW - timedelta(seconds=10 * number), bands))
        with application.database.write() as unit:
            unit.cases.open_many(new)


def _past(application: Application, url: str, count: int, officers: list[str]) -> None:
    """Closed facts with their categories, two audit events each, a letter to every tenth. The hashes of these
    events are made up: nothing here verifies the chain, and chaining two million would measure something else."""
    measures = [Measure.DISMISS, Measure.DISMISS, Measure.PUBLIC_ADVISORY, Measure.OWNER_WARNING]
    with application.database.write() as unit:
        opened = unit.cases.open_many(
            [_new(number, NOW - timedelta(days=15, minutes=number)) for number in range(SEED)]
        )
        for number, case in enumerate(opened):
            unit.cases.save(
                replace(
                    case,
                    state=CaseState.CLOSED,
                    decided_by=officers[number % len(officers)],
                    decided_at=case.opened_at + timedelta(hours=1),
                    measure=measures[number % 4],
                    reason=f"Bài này chào bán cho học sinh ngay trước cổng trường, lần thứ {number}.",
                    closed_at=case.opened_at + timedelta(hours=1),
                )
            )
        unit.cases.drop_texts([case.id for case in opened])
        unit.audit.append(AuditEvent(NOW, "system", "bench:fill", "bench"))
    engine = engines.make_engine(url)
    letter = application.keys.seal(
        '["Ban quản trị", "https://place-1.example/1", "mô tả", "cần thiết"]',
        NOW + KEEP_FACTS,
        purpose="text",
    )
    with engine.begin() as connection:
        _copies(connection, opened[0].id, opened[-1].id, count)
        _events(connection)
        _letters(connection, letter)
        if engine.dialect.name == "postgresql":
            for table in ("cases", "notices"):
                sequence = f"pg_get_serial_sequence('{table}', 'id')"
                connection.exec_driver_sql(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")
    engine.dispose()


def _copies(connection: Connection, first: int, last: int, count: int) -> None:
    """The seed again and again, each time some days further back."""
    moved = {"opened_at", "decided_at", "closed_at"}
    names = [column.name for column in cases.columns if column.name != "id"]
    values = [f"{name} - :back" if name in moved else name for name in names]
    facts = text(
        f"INSERT INTO cases (id, {', '.join(names)}) SELECT id + :shift, {', '.join(values)} "
        "FROM cases WHERE id BETWEEN :first AND :last"
    )
    categories = text(
        "INSERT INTO case_categories (category, case_id) SELECT category, case_id + :shift FROM case_categories "
        "WHERE case_id BETWEEN :first AND :last"
    )
    for round_ in range(1, max(1, count // SEED)):
        span = {"shift": SEED * round_, "first": first, "last": last}
        connection.execute(facts, {**span, "back": SEED * 60 * 1_000_000 * round_})
        connection.execute(categories, span)


def _events(connection: Connection) -> None:
    for action in ("case:claim", "case:decide"):
        connection.execute(
            text(
                "INSERT INTO audit_links (sequence, at, actor, action, subject, details, previous, hash) "
                "SELECT (SELECT sequence FROM audit_head) + row_number() OVER (ORDER BY id), decided_at, decided_by, "
                ":action, 'case:' || id, '{}', :made_up, :made_up FROM cases WHERE state = 'closed'"
            ),
            {"action": action, "made_up": "0" * 64},
        )
        connection.execute(text("UPDATE audit_head SET sequence = (SELECT max(sequence) FROM audit_links)"))


def _letters(connection: Connection, letter: bytes) -> None:
    connection.execute(
        text(
            "INSERT INTO notices (case_id, measure, state, code, letter_sealed, categories, citations, content_hash, "
            "captured_at, drafted_by, drafted_at, drafted_day, page_check, issued_at, due_at) "
            "SELECT id, 'owner_warning', CASE WHEN id % 1000 = 0 THEN 'overdue' ELSE 'complied' END, 'bench-' || id, "
            ":letter, categories, '[]', '', opened_at, decided_by, decided_at, day, 'present', decided_at, decided_at "
            "FROM cases WHERE state = 'closed' AND id % 10 = 0"
        ),
        {"letter": letter},
    )
