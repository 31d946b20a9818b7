"""There is no place for persons, gatherings, opinions or religion: in no table, word list, setting, command,
index or address of the desk. A new one has to be written into this file first, by somebody who can say why."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
import typer

from index.document import SCHEMA, to_tantivy
from index.query import _FIELDS, parse
from lachan.app import settings
from lachan.app.cli import app
from lachan.domain.alert import Watch
from lachan.domain.errors import InputError, QueryError
from lachan.domain.taxonomy import Category
from lachan.pipeline import ports
from lachan.pipeline.ports import CaseFilter, Facet, IndexDocument, Letterhead, SearchRequest, SortBy
from lachan.store.tables import metadata
from review_ui.permissions import ROUTES
from review_ui.routes import ROUTERS
from tests.review_ui.station import Station
from tests.safeguards.source_tree import ROOT, enums, modules

#: English and Vietnamese (without signs), as parts of a name.
FORBIDDEN = re.compile(
    r"(?:^|_)(?:person|people|suspect|offender|profile|identity|citizen|nguoi|doi_tuong|ho_so|nhan_than"
    r"|author|user|nick|handle|phone|email|face|biometric|follower|friend|network_of"
    r"|gathering|crowd|assembly|protest|demonstration|rally|meeting|tu_tap|bieu_tinh|dam_dong"
    r"|opinion|politic\w*|dissent|criticism|propaganda|reactionary|ideology|chinh_tri|chong_pha|phan_dong"
    r"|religio\w*|church|belief|faith|sect|ethnic\w*|dan_toc|ton_giao"
    r"|watchlist|blacklist|risk_score|reputation)(?:s|_|$)"
)

#: Names that hold such a word and none of its meaning; each with its reason.
ALLOWED = {
    "DetailKind.phone",  # what `privacy.mask` takes out of a text
    "DetailKind.email",
    "DetailKind.handle",
}


def _plain(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_").replace(" ", "_")


def bad(name: str) -> bool:
    return FORBIDDEN.search(_plain(name)) is not None


@pytest.mark.parametrize(
    "name",
    [
        "author_hash",
        "UserProfile",
        "person_id",
        "crowd_size",
        "religion",
        "tu_tap",
        "opinions",
        "face_vector",
    ],
)
def test_the_rule_sees_what_it_should(name: str) -> None:
    assert bad(name)


def test_no_table_and_no_column() -> None:
    names = [table.name for table in metadata.sorted_tables]
    names += [column.name for table in metadata.sorted_tables for column in table.columns]
    assert [name for name in names if bad(name)] == []


def test_every_table_is_known() -> None:
    assert set(metadata.tables) == {
        "sources", "counters", "judged",
        "frontier", "frontier_hosts", "inbox", "fingerprints",
        "cases", "case_categories", "case_posts", "case_bands",
        "flood_gates", "held_back",  # a thread is a keyed hash, kept for a day or while a case of it waits
        "notices", "referrals", "appeals", "public_reports", "removals",
        "accounts", "credentials", "sessions",
        "audit_links", "audit_head", "audit_checkpoint", "outbox", "leases", "state", "schedule",
        "list_issuers", "vetted_lists", "judge_models", "clause_ends",
        "directory",  # of offices that help, never of persons: `domain.directory.checked`
        # of the people who work here, not of those who write: nothing of a case but its number
        "identities", "tickets", "own_keys",
        "recovery_codes", "presences", "saved_views", "exposures", "duties", "contacts", "alarms",
        # of counts that they asked to be told of: no case, no word to look for
        "alerts", "bulletins", "bulletin_lines", "sendings",
    }  # fmt: skip


def test_what_a_case_keeps_has_no_column_that_could_tie_posts_to_a_person() -> None:
    assert {column.name for column in metadata.tables["case_posts"].columns} == {
        "id", "case_id", "position", "source", "captured_at", "published_at", "content_hash", "content_sealed",
        "route", "context", "model", "labels", "urgent", "age",
    }  # fmt: skip
    keyed = [c.name for c in metadata.tables["case_posts"].columns if c.foreign_keys]
    assert keyed == ["case_id"], "posts are joined by their case alone"


def test_no_word_of_any_enumeration() -> None:
    found = [
        f"{path}: {name}.{value}"
        for path, tree in modules().items()
        for name, values in enums(tree)
        for value in values
        if bad(value) and f"{name}.{value}" not in ALLOWED
    ]
    assert found == []


def test_the_categories_are_these_twelve_and_harm_to_minors() -> None:
    assert [category.value for category in Category] == [
        "child_sexual_content", "grooming_solicitation", "child_trafficking", "child_labour_exploitation",
        "child_violence", "child_privacy_bullying", "selfharm", "drugs_to_minors", "crime_recruitment_minors",
        "youth_violence_call", "youth_racing_call", "age_unsuitable",
    ]  # fmt: skip


def test_no_setting() -> None:
    names = sorted(settings._KEYS) + [field.name for field in fields(Letterhead)]
    assert [name for name in names if bad(name)] == []
    assert {field.name for field in fields(settings.Settings)} == settings._KEYS
    sample = ROOT / "deploy" / "lachan.toml"
    if sample.exists():
        assert [key for key in tomllib.loads(sample.read_text("utf-8")) if bad(key)] == []


def commands(group: Any, path: str = "lachan") -> Iterator[tuple[str, Any]]:
    """Every command of the command line, by its full name."""
    yield path, group
    for name, inner in getattr(group, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


def test_no_command_and_no_option() -> None:
    found = []
    for path, command in commands(typer.main.get_command(app)):
        for word in [*path.split(), *(p.name or "" for p in command.params)]:
            if bad(word):
                found.append(f"{path}: {word}")
    assert found == []


def test_no_field_of_the_index_and_no_way_to_ask_for_one() -> None:
    document = to_tantivy(_document())
    assert set(document.to_dict()) == {
        "case", "newest", "gravest", "day", "day_category", "digest", "exact", "folded", "meant",
        "pairs",  # neighbours among the folded words, which are masked
        "category", "source", "kind", "place", "status", "measure", "urgent",
    }  # fmt: skip
    assert "author" not in repr(SCHEMA)
    for shape in (IndexDocument, SearchRequest, CaseFilter):
        asked = [field.name for field in fields(shape) if bad(field.name)]
        assert asked == [], shape.__name__


def test_no_page_of_the_desk() -> None:
    paths = [route.path for router in ROUTERS for route in router.routes]
    assert len(paths) >= len(ROUTES) > 50
    words = {part for path in paths for part in re.split(r"[/{}.]+", path) if part}
    assert [word for word in words if bad(word)] == []
    assert not [path for path in paths if re.search(r"bulk|export|watch", path)]
    # Alerts count by closed lists (DESIGN §9); the test below holds what they may be told of.
    assert {path for path in paths if "alert" in path} == {
        "/alerts", "/alerts/reach", "/alerts/{alert_id}/renew", "/alerts/{alert_id}/end",
        "/alerts/told/{bulletin_id}",
    }  # fmt: skip


def test_an_alert_can_be_no_standing_query() -> None:
    """Neither its choices nor its tables hold a word to look for, or a case."""
    assert {field.name for field in fields(Watch)} == {"subject", "category", "kind", "place"}
    assert {column.name for column in metadata.tables["alerts"].columns} == {
        "id", "account", "subject", "category", "kind", "place", "reason_sealed", "pace", "ways", "quiet_start",
        "quiet_end", "made_at", "ends_at", "state", "told", "looked_at", "version",
    }  # fmt: skip
    assert {column.name for column in metadata.tables["bulletin_lines"].columns} == {
        "id", "bulletin_id", "alert_id", "amount", "first", "last",
    }  # fmt: skip
    for words in ("tên ai đó", "ten ai do", "Nam", "Xã pod*", '"pod"', "pod OR vape", "0900 000 123", "@nam"):
        with pytest.raises(InputError):
            Watch(place=words)


# --- Questions that can be asked ------------------------------------------------------------------------------
#: How somebody might try to ask for a person, in words that a query language may know.
ASKING = (
    "author", "author_hash", "user", "username", "user_id", "name", "person", "by", "nick", "handle", "phone",
    "email", "account", "profile", "url", "link", "address", "school", "class", "birthday", "victim", "suspect",
    "thread", "reply", "text", "id", "case", "tac_gia", "nguoi", "ten", "sdt", "truong", "lop", "doi_tuong",
    "_all", "*", "officer",
)  # fmt: skip


def test_the_query_language_has_these_fields_and_refuses_every_other() -> None:
    assert set(_FIELDS) == {
        "category", "source", "kind", "place", "status", "measure", "urgent", "from", "to",
    }  # fmt: skip
    for word in ASKING:
        for query in (
            f"{word}:an",
            f'{word}:"lê mẫu"',
            f"pod {word}:an",
            f"NOT {word}:an",
            f"{word.upper()}:an",
        ):
            with pytest.raises(QueryError):
                parse(query)
    assert set(Facet) == {"category", "kind", "place", "status", "measure"}
    assert set(SortBy) == {"relevance", "time", "severity"}


def test_no_query_parameter_of_any_page_or_of_the_interface() -> None:
    """Whatever an address of the desk can be asked. A new word is added here by somebody who can say why."""
    asked = {
        each.alias
        for router in ROUTERS
        for route in router.routes
        for each in [
            *route.dependant.query_params,
            *route.dependant.header_params,
            *route.dependant.cookie_params,
        ]
    }
    assert asked == {
        "q", "from", "to", "category", "kind", "place", "status", "measure", "limit", "offset", "after", "before",
        "sort", "step", "facets", "page", "week", "form", "save", "lang", "loose", "level",
        "state", "show", "done", "next", "code",
        "cases",  # numbers of the rows on a page, to see which colleague looks at them
        "given",  # a colleague's signed pass into the training desk, good once
    }  # fmt: skip


#: Of colleagues and of the log's own machinery, never of those who write.
OF_COLLEAGUES = {
    "OnCallStore.email", "OnCallStore.set_email",  # where an alarm reaches who is on duty
    "SessionRow.handle",  # by which a session is revoked
    "KeyRing.identity",  # of the key file
}  # fmt: skip


def test_no_store_can_be_asked_for_one() -> None:
    """Every port: its methods, their parameters, the fields of what they take and give."""
    found, seen = set(), 0
    for module in pkgutil.iter_modules(ports.__path__, f"{ports.__name__}."):
        for name, kind in vars(importlib.import_module(module.name)).items():
            if not inspect.isclass(kind) or kind.__module__ != module.name:
                continue
            words = [field.name for field in fields(kind)] if is_dataclass(kind) else []
            for method, body in vars(kind).items():
                if inspect.isfunction(body) and not method.startswith("__"):
                    words += [method, *(f"{method}.{each}" for each in inspect.signature(body).parameters)]
            seen += len(words)
            found |= {f"{name}.{word}" for word in words if any(bad(part) for part in word.split("."))}
    assert seen > 300
    assert {
        each for each in found if each.rsplit(".", 1)[0] not in OF_COLLEAGUES
    } == OF_COLLEAGUES  # its parameters


def test_cases_are_asked_for_by_these_and_no_words() -> None:
    """No text among them; the accounts are those of colleagues: whose claim, whose decision another approves."""
    assert {field.name for field in fields(CaseFilter)} == {
        "route", "states", "category", "without", "source", "urgent", "claimed_by", "not_decided_by", "age",
        "opened_before", "first", "last",
    }  # fmt: skip
    assert {field.name for field in fields(SearchRequest)} == {
        "query", "first", "last", "category", "limit", "offset", "sort", "cursor", "where", "facets", "step", "loose",
    }  # fmt: skip


def test_no_queue_can_be_narrowed_by_words_that_the_address_bar_adds(station: Station) -> None:
    """An unknown parameter narrows nothing: the same rows stand there."""
    station.case("bán pod cho học sinh lớp 8, hỏi bạn Lê Mẫu, gọi 0900 000 123")
    station.case("gom nhóm học sinh lớp 9 đi đánh nhau chiều nay ở cổng trường")
    officer = station.person("can-bo")
    plain = officer.get("/queue/review").text.count("VV-")
    assert plain
    for word in (*ASKING[:-3], "q", "query", "search", "text", "contains"):
        assert officer.get("/queue/review", **{word: "Lê Mẫu"}).text.count("VV-") == plain, word


def _document() -> IndexDocument:
    from datetime import UTC, datetime

    from lachan.domain.measure import Measure

    moment = datetime(2026, 11, 22, tzinfo=UTC)
    return IndexDocument(
        case=1,
        text="một bài",
        published_at=moment,
        categories=(Category.CHILD_VIOLENCE,),
        source="town",
        source_kind="forum",
        measure=Measure.OWNER_WARNING,
        urgent=False,
        severity=4,
    )
