"""kill -9, at six random moments of a demo, and once in the middle of a crawl watched from the site's side."""

from __future__ import annotations

import secrets

import pytest

from tests.app.conftest import Demo, Installation
from tests.faults.killing import Stage, check_whole, kill_and_resume, points


@pytest.mark.slow
def test_killed_at_six_random_moments_nothing_is_lost_or_doubled(
    demo: Demo, installation: Installation
) -> None:
    seed = secrets.randbelow(2**32)
    moments = points(seed, 6)
    print(f"seed {seed}: {', '.join(map(str, moments))}")  # shown when it fails
    assert {point.stage for point in moments} == set(Stage)
    died, counts = kill_and_resume(installation, moments)
    assert died >= 5, (installation.folder / "victim.log").read_text("utf-8")
    check_whole(installation, counts, demo.counts)
