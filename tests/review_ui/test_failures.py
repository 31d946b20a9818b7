"""What goes wrong outside the desk comes out as a status that says whose fault it is."""

from __future__ import annotations

import pytest

from lachan.domain.errors import Unavailable
from tests.review_ui.station import Station


def test_a_database_out_of_reach_is_503_not_a_refusal(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = station.person("can-bo")

    def gone(_token: str) -> None:
        raise Unavailable("the database cannot be reached: start it, nothing was lost")

    monkeypatch.setattr(station.desk.accounts, "actor", gone)
    page = person.get("/queue/review")
    assert page.status_code == 503
    assert "Traceback" not in page.text
