from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from classifiers.normalise import normalise
from index import open_index
from lachan.domain.errors import ConflictError, LachanError
from lachan.pipeline.ports import IndexDocument, SearchIndex, SearchRequest
from tests.index.contract import Make, SearchContract
from tests.index.sentences import SENTENCES, document

ROOT = Path(__file__).resolve().parents[2]


class TestTantivy(SearchContract):
    @pytest.fixture(scope="class")
    def make(self, tmp_path_factory: pytest.TempPathFactory) -> Make:
        return lambda: open_index(str(tmp_path_factory.mktemp("index") / "made" / "when used"), normalise)


def _found(index: SearchIndex, query: str) -> list[int]:
    return [hit.case for hit in index.search(SearchRequest(query, limit=100)).hits]


def _start(code: str, location: Path) -> subprocess.Popen[str]:
    """Another process with `index` open at `location`."""
    prelude = (
        "import sys, time\n"
        "from index import open_index\n"
        "from tests.index.sentences import document\n"
        f"index = open_index({str(location)!r})\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", prelude + code],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_nothing_is_made_by_reading(tmp_path: Path) -> None:
    index = open_index(str(tmp_path / "index"))
    index.search(SearchRequest("gà"))
    index.cases()
    index.apply([], [])
    assert list(tmp_path.iterdir()) == []


def test_another_process_commits_and_this_one_sees_it(tmp_path: Path) -> None:
    index = open_index(str(tmp_path))
    index.apply([document(1, "con gà")], [])
    assert _found(index, "con") == [1]
    with _start("index.apply([document(2, 'con vịt')], [1])", tmp_path) as process:
        process.communicate()
    assert process.returncode == 0
    assert _found(index, "con") == [2]
    with _start("index.rebuild([document(3, 'con ngan')])", tmp_path) as process:
        process.communicate()
    assert _found(index, "con") == [3]


def test_killed_in_the_middle_of_apply(tmp_path: Path) -> None:
    index = open_index(str(tmp_path))
    index.apply(SENTENCES, [])
    # a removal and many segments are on the way when it dies: the commit never comes
    code = (
        "from index import tantivy_index\n"
        "from index.document import to_tantivy\n"
        "with index._folder.locked():\n"
        "    with tantivy_index._writing(index._folder.current(), 15_000_000) as writer:\n"
        "        writer.delete_documents_by_term('case', 1)\n"
        "        for n in range(100, 3_000):\n"
        "            writer.add_document(to_tantivy(document(n, f'chữ {n} ' * 200, plain='')))\n"
        "        print('written', flush=True)\n"
        "        time.sleep(600)\n"
    )
    process = _start(code, tmp_path)
    assert _line(process) == "written"
    with pytest.raises(ConflictError, match="try again"):
        index.apply([document(90, "không được")], [])
    with pytest.raises(ConflictError, match="try again"):
        index.rebuild([])
    assert index.cases() == {each.case for each in SENTENCES}
    _kill(process)
    assert open_index(str(tmp_path)).cases() == {each.case for each in SENTENCES}
    index.apply([document(90, "ghi tiếp")], [2])
    assert index.cases() == {each.case for each in SENTENCES} - {2} | {90}


def test_killed_in_the_middle_of_rebuild(tmp_path: Path) -> None:
    index = open_index(str(tmp_path))
    index.apply(SENTENCES, [])
    code = (
        "def documents():\n"
        "    yield document(500, 'con ngan')\n"
        "    print('begun', flush=True)\n"
        "    time.sleep(600)\n"
        "index.rebuild(documents())\n"
    )
    process = _start(code, tmp_path)
    assert _line(process) == "begun"
    assert _found(index, '"đánh nhau"') == [3, 1, 4, 2]
    _kill(process)
    assert len(_generations(tmp_path)) == 2
    index.apply([document(90, "ghi tiếp")], [])
    assert len(_generations(tmp_path)) == 1
    assert index.cases() == {each.case for each in SENTENCES} | {90}


def test_an_open_reader_goes_on_over_a_swap(tmp_path: Path) -> None:
    reader, writer = open_index(str(tmp_path)), open_index(str(tmp_path))
    writer.apply(SENTENCES, [])
    assert _found(reader, "mèo") == [3]

    def documents() -> Iterator[IndexDocument]:
        yield document(3, "con mèo ngủ")
        assert _found(reader, "ngủ") == []  # half written, unseen
        yield document(4, "con mèo khác")

    assert writer.rebuild(documents()) == 2
    assert _found(reader, "mèo") == [4, 3]


def test_after_a_rebuild_no_byte_of_the_deleted_is_left(tmp_path: Path) -> None:
    index = open_index(str(tmp_path))
    text = "ωψξφθω một câu sẽ bị xoá"
    # Tantivy's term dictionary is an automaton written backwards: uncommon bytes, a state byte between them
    backwards = b"\xc0".join(bytes([byte]) for byte in reversed("ψξφθ".encode()))
    index.apply([document(1, text), document(2, "còn lại")], [])
    assert _holding(tmp_path, backwards) != []
    assert _holding(tmp_path, "ψξφθ".encode()) == _holding(tmp_path, b"xo\xc3\xa1") == []  # no text is stored
    index.apply([], [1])
    before = {path.stat().st_ino for path in _files(tmp_path)}
    index.rebuild([document(2, "còn lại")])
    assert _holding(tmp_path, backwards) == []
    assert len(_generations(tmp_path)) == 1
    kept = {path.name for path in _files(tmp_path) if path.stat().st_ino in before}
    assert kept <= {"lock"}
    assert _found(index, "ωψξφθω OR một OR còn") == [2]


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    index = open_index(str(tmp_path))
    many = [document(case, f"chữ {case} " * 100, plain="") for case in range(100, 600)]
    with pytest.raises(LachanError, match="space"):
        _with_small_files(lambda: index.apply(many, []))  # not even the first one
    assert index.cases() == set()
    index.apply(SENTENCES, [])
    for attempt in (lambda: index.apply(many, [1]), lambda: index.rebuild(many)):
        with pytest.raises(LachanError, match="space"):
            _with_small_files(attempt)
        assert index.cases() == {each.case for each in SENTENCES}
    assert len(_generations(tmp_path)) == 1
    index.apply(many, [1])
    assert len(index.cases()) == len(SENTENCES) - 1 + len(many)


@pytest.mark.parametrize("pointer", [b'{"format": 0, "folder": "generation-1"}', b"{}", b"\xff", b"[]", b""])
def test_another_format_asks_for_a_rebuild(tmp_path: Path, pointer: bytes) -> None:
    index = open_index(str(tmp_path))
    index.apply(SENTENCES, [])
    (tmp_path / "current").write_bytes(pointer)
    for attempt in (index.cases, lambda: index.search(SearchRequest("gà")), lambda: index.apply([], [1])):
        with pytest.raises(LachanError, match="run: lachan index rebuild"):
            attempt()
    assert index.rebuild(SENTENCES) == len(SENTENCES)
    assert _found(index, "mèo") == [3]
    assert len(_generations(tmp_path)) == 1


def test_damaged_files_ask_for_a_rebuild(tmp_path: Path) -> None:
    index = open_index(str(tmp_path))
    index.apply(SENTENCES, [])
    (generation,) = _generations(tmp_path)
    (generation / "meta.json").write_text("{")
    with pytest.raises(LachanError, match="run: lachan index rebuild"):
        index.cases()
    with pytest.raises(LachanError, match="run: lachan index rebuild"):
        index.apply([], [1])
    assert index.rebuild(SENTENCES) == len(SENTENCES)
    assert index.cases() == {each.case for each in SENTENCES}


def test_equal_scores_across_commits_come_newest_first(tmp_path: Path) -> None:
    index = open_index(str(tmp_path))
    order = [5, 1, 9, 3, 7, 2, 8, 4, 6]
    for case in order:
        index.apply([document(case, "cùng một câu")], [])
    assert _found(index, "câu") == sorted(order, reverse=True)
    page = index.search(SearchRequest("câu", limit=3, offset=3)).hits
    assert [hit.case for hit in page] == [6, 5, 4]


def test_pages_of_many_equal_scores_neither_repeat_nor_lose(tmp_path: Path) -> None:
    index = open_index(str(tmp_path))
    for start in (1, 301, 601):
        index.apply([document(case, "cùng một câu", plain="") for case in range(start, start + 300)], [])
    pages = [index.search(SearchRequest("câu", limit=70, offset=at)).hits for at in range(0, 900, 70)]
    seen = [hit.case for page in pages for hit in page]
    assert sorted(seen) == list(range(1, 901))
    assert seen == [hit.case for hit in index.search(SearchRequest("câu", limit=900)).hits]


def test_threads_search_while_one_writes(tmp_path: Path) -> None:
    index = open_index(str(tmp_path))
    index.apply(SENTENCES, [])
    stop = Event()

    def read() -> int:
        rounds = 0
        while not stop.is_set() or rounds == 0:
            assert _found(index, "mèo") == [3]
            rounds += 1
        return rounds

    with ThreadPoolExecutor(3) as readers:
        running = [readers.submit(read) for _ in range(3)]
        try:
            for case in range(100, 104):
                index.apply([document(case, "con vịt")], [])
                index.rebuild(SENTENCES)
        finally:
            stop.set()
        assert all(each.result() > 0 for each in running)


def _with_small_files(attempt: Callable[[], object]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        attempt()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _files(location: Path) -> list[Path]:
    return [path for path in location.rglob("*") if path.is_file()]


def _generations(location: Path) -> list[Path]:
    return [path for path in location.iterdir() if path.is_dir()]


def _holding(location: Path, needle: bytes) -> list[Path]:
    return [path for path in _files(location) if needle in path.read_bytes()]
