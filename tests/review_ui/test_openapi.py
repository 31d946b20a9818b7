"""The interface for programmes keeps to its own description: whatever is sent to it, no answer is a crash, and
every answer is of the shape that the OpenAPI document promises (schemathesis, on the real application)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import one_of
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from classifiers.normalise import normalise
from index import open_index
from lachan.pipeline.publish import Publisher
from lachan.pipeline.search import Search
from lachan.reports import Counts
from review_ui import create_app
from tests.review_ui.station import Station, open_station
from tests.review_ui.town import fill

DESCRIPTION = "/api/v1/openapi.json"
OPERATIONS = ("GET /api/v1/queues", "GET /api/v1/search", "POST /api/v1/reports")
#: Nobody, and one of each role that may read something here.
WHO = (None, "phan-tich", "can-bo", "bao-ve", "phe-duyet")
#: 422 for what fits the schema, too: none can say how a query is spelled, or that a report has words or an address.
MAY_COME = {
    "GET /api/v1/queues": {200, 401, 403, 405},
    "GET /api/v1/search": {200, 401, 403, 405, 422},
    "POST /api/v1/reports": {201, 400, 401, 403, 405, 422},
}
EXAMPLES = 30  # for each operation and each of WHO


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, founded: tuple[Path, dict[str, str | None]]
) -> Iterator[Station]:
    """A desk with the sample town in it, searched by the real index."""
    folder = tmp_path_factory.mktemp("town")
    shutil.copytree(founded[0], folder, dirs_exist_ok=True)
    station = open_station(folder, founded[1])
    searched = open_index(str(folder / "index"), normalise)
    station.desk = replace(
        station.desk,
        publisher=Publisher(station.database, searched, station.clock, "test", normalise),
        search=Search(station.database, searched, station.clock, normalise, Counts()),
    )
    station.app = create_app(station.desk)
    fill(station)
    yield station
    searched.close()
    station.database.close()


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_answers_keep_to_the_description(town: Station, operation: str, who: str | None) -> None:
    document = town.browser().get(DESCRIPTION).json()
    for methods in document["paths"].values():
        for described in methods.values():
            described.pop("security")  # who asks is set here, not drawn by lot
    api = schemathesis.openapi.from_dict(document)
    api.app = town.app
    found = {result.ok().label: result.ok() for result in api.get_all_operations()}
    assert set(found) == set(OPERATIONS)
    cookies = {"lachan": town.person(who).client.cookies["lachan"]} if who else {}
    seen = set()

    #: What fits the description, and what breaks it somewhere.
    cases = [found[operation].as_strategy(generation_mode=mode) for mode in GenerationMode]

    @given(case=one_of(cases))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Case) -> None:
        response = case.call(cookies=cookies)
        seen.add(response.status_code)
        case.validate_response(response, excluded_checks=[positive_data_acceptance])

    check()
    assert seen <= MAY_COME[operation], seen
