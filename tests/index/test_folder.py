from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from index.folder import Folder
from lachan.domain.errors import ConflictError, LachanError


def test_a_switch_leaves_one_generation(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "index")
    with folder.locked():
        assert folder.current() is None
        one = folder.fresh()
        folder.switch(one)
        assert folder.current() == one
        other = folder.fresh()
        assert folder.current() == one
        folder.switch(other)
    assert folder.current() == other
    assert not one.exists()
    assert {path.name for path in (tmp_path / "index").iterdir()} == {"lock", "current", other.name}


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    refused = []

    def write() -> None:
        try:
            with folder.locked():
                pass
        except ConflictError:
            refused.append(True)

    with folder.locked():
        thread = Thread(target=write)
        thread.start()
        thread.join()
    assert refused == [True]
    write()
    assert refused == [True]


def test_a_pointer_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "current").write_text('{"format": 1, "folder": "generation-/../../other"}')
    with pytest.raises(LachanError, match="rebuild"):
        Folder(tmp_path).current()


def test_sweeping_touches_generations_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    folder = Folder(tmp_path)
    with folder.locked():
        folder.fresh()
        folder.sweep(None)
    assert {path.name for path in tmp_path.iterdir()} == {"notes", "lock"}
