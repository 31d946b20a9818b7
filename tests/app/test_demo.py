"""The main job, as a newcomer meets it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from lachan.app.town_server import serve_town
from lachan.domain.taxonomy import Category
from tests.app.conftest import Demo, Installation
from tests.app.sums import check_sums


def test_the_whole_job_is_done_and_the_sums_agree(demo: Demo) -> None:
    counts = demo.counts
    check_sums(counts)
    with serve_town(now=datetime.now(UTC)) as town:
        planted = len(town.truth())
    assert counts["inboxed"] == planted, "every planted post was read, once"
    assert counts["inbox_left"] == counts["failed"] == counts["expired"] == 0
    assert counts["robots_refused"] > 0
    assert counts["decided"] > counts["approved"] > 0
    assert counts["indexed"] > 0
    assert sum(counts["notices"]["by_state"].values()) >= counts["approved"]
    assert set(counts["cases"]["by_category"]) == {category.value for category in Category}


def test_one_person_alone_was_refused(demo: Demo) -> None:
    tried = demo.counts["self_approvals"]
    assert tried["tried"] == tried["refused"] == 1


def test_the_judge_does_its_work_on_texts_it_never_saw(demo: Demo) -> None:
    """A floor under what was measured (52 of 70, none of 410); the goal is higher: docs/model-card.md."""
    recall = demo.counts["recall"]
    assert recall["found"] >= 0.7 * recall["planted"]
    assert recall["false_flags"] <= 0.005 * recall["harmless"]


def test_a_second_start_goes_on_and_doubles_nothing(demo: Demo) -> None:
    again = demo.installation.run("demo", "--once", "--json")
    assert again.code == 0, again.err
    counts = json.loads(again.out)
    check_sums(counts)
    for name in ("inboxed", "dropped", "stored", "cases", "decided", "approved", "indexed", "notices"):
        assert counts[name] == demo.counts[name], name


def test_search_finds_with_and_without_accents(demo: Demo) -> None:
    found = {}
    for query in ("đánh nhau", "danh nhau", "ĐÁNH  NHAU"):
        ran = demo.installation.run("search", query, "--json")
        assert ran.code == 0, ran.err
        answer = json.loads(ran.out)
        assert answer["total"] == len(answer["hits"]) > 0
        assert set(answer["hits"][0]) == {
            "case",
            "score",
            "published_at",
            "categories",
            "source",
            "snippet",
        }
        found[query] = {hit["case"] for hit in answer["hits"]}  # exact ones come first: orders differ
    assert found["đánh nhau"] == found["danh nhau"] == found["ĐÁNH  NHAU"]


def test_a_bad_query_is_one_clear_line(demo: Demo) -> None:
    for query in ('"chưa đóng', "nguoi:an", "(a OR", "AND"):
        ran = demo.installation.run("search", query)
        assert ran.code == 1
        assert ran.err.startswith("lachan: ")
        assert "^" in ran.err
        assert "Traceback" not in ran.err


def test_the_weekly_summary_is_a_page_and_a_table(demo: Demo, tmp_path: object) -> None:
    folder = demo.installation.folder
    for form, starts in (("html", b"<!doctype html>"), ("csv", "\ufeff".encode()), ("json", b"{")):
        out = folder / f"week.{form}"
        ran = demo.installation.run("report", "weekly", "--format", form, "--out", str(out))
        assert ran.code == 0, ran.err
        assert out.read_bytes().lower().startswith(starts)


def test_the_log_is_whole_and_a_change_shows(demo: Demo) -> None:
    ran = demo.installation.run("audit", "verify")
    assert ran.code == 0
    assert int(ran.out.split()[0]) >= demo.counts["audit_events"]


def test_the_index_agrees_with_sql(demo: Demo) -> None:
    ran = demo.installation.run("index", "verify")
    assert (ran.code, ran.out.strip()) == (0, "0 missing, 0 too many, 0 different")
    assert demo.installation.run("index", "rebuild").code == 0
    assert demo.installation.run("index", "verify").code == 0


def test_demo_data_never_become_live(demo: Demo) -> None:
    for command in (("run",), ("import", __file__, "--source", "bao")):
        ran = demo.installation.run(*command)
        assert ran.code == 1
        assert "demo" in ran.err
    ran = demo.installation.run("init", "--admin", "an", "--password-stdin", stdin="mot-mat-khau-dai\n")
    assert ran.code == 1
    assert "demo data already" in ran.err


def test_live_data_never_become_a_demo(installation: Installation) -> None:
    made = installation.run("init", "--admin", "an", "--password-stdin", stdin="mot-mat-khau-dai\n")
    assert made.code == 0, made.err
    ran = installation.run("demo", "--once")
    assert ran.code == 1
    assert "live data" in ran.err
    assert installation.run("doctor").code == 0


def test_a_second_demo_on_the_same_folder_is_told_so(demo: Demo) -> None:
    import fcntl

    with (demo.installation.folder / "data" / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = demo.installation.run("demo", "--once")
    assert ran.code == 1
    assert "another demo" in ran.err


def test_stop_stops_and_resume_resumes(demo: Demo) -> None:
    assert demo.installation.run("stop").code == 0
    ran = demo.installation.run("assess")
    assert ran.code == 1
    assert "stopped" in ran.err
    assert demo.installation.run("crawl", "--json").code == 0
    assert demo.installation.run("resume").code == 0
    assert demo.installation.run("assess").code == 0


def test_crawl_status_says_how_reading_goes(demo: Demo) -> None:
    ran = demo.installation.run("crawl", "--status", "--json")
    assert ran.code == 0, ran.err
    sources = {one["key"]: one for one in json.loads(ran.out)}
    assert sum(one["pages"] for one in sources.values()) == demo.counts["pages_fetched"]
    assert sum(one["robots_refused"] for one in sources.values()) == demo.counts["robots_refused"]
    told = demo.installation.run("crawl", "--status", "--source", "bao")
    assert "bao [active]: last page" in told.out and "dien-dan" not in told.out


def test_metrics_are_printed_once_for_a_text_file_collector(demo: Demo) -> None:
    ran = demo.installation.run("metrics", "--once")
    assert ran.code == 0, ran.err
    assert 'lachan_source_active{source="bao"} 1.0' in ran.out and "lachan_queue_cases" in ran.out
    assert "127.0.0.1" not in ran.out and "http" not in ran.out


def test_backup_and_restore(demo: Demo, installation: Installation) -> None:
    out, key = installation.folder / "copy", installation.folder / "backup.key"
    ran = demo.installation.run("backup", "--out", str(out), "--backup-key", str(key))
    assert ran.code == 0, ran.err
    ring = next((demo.installation.folder / "home").rglob("keys-*.json"))
    restored = installation.run(
        "restore", "--from", str(out), "--backup-key", str(key), LACHAN_KEY_FILE=str(ring)
    )
    assert restored.code == 0, restored.err
    assert f"{demo.counts['indexed']} confirmed" in restored.out
    again = installation.run(
        "restore", "--from", str(out), "--backup-key", str(key), LACHAN_KEY_FILE=str(ring)
    )
    assert again.code == 1
