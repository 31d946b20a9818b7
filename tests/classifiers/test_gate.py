from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers import default_folder, labelled
from classifiers.evaluate import evaluate
from classifiers.gate import Release, check_floors, check_live, read_release
from classifiers.judge import CascadeJudge
from lachan.domain.assessment import Assessment, Label
from lachan.domain.errors import InputError, RefusedError
from lachan.domain.taxonomy import Category, Context, Route
from lachan.pipeline.ports import JudgeInput

DATA = Path(__file__).parents[2] / "models" / "data"


class FlagsAll:
    """A judge that no release may let live."""

    name = "flags-all@0123456789ab"
    digest = "0123456789ab" + "0" * 52

    def assess(self, items: Sequence[JudgeInput]) -> list[Assessment]:
        return [
            Assessment(
                Route.REVIEW, Context.PROMOTING, self.name, (Label(Category.YOUTH_VIOLENCE_CALL, 1.0),)
            )
            for _ in items
        ]


@pytest.fixture(scope="module")
def canaries() -> list[labelled.Row]:
    return labelled.read([DATA / "canaries.jsonl"])


@pytest.fixture(scope="module")
def release() -> Release:
    return read_release(default_folder() / "RELEASE.json")


def test_the_packaged_model_may_go_live(
    judge: CascadeJudge, canaries: list[labelled.Row], release: Release
) -> None:
    assert judge.digest in release.digests
    check_live(judge, canaries, release)


def test_a_model_that_is_not_pinned_may_not(canaries: list[labelled.Row], release: Release) -> None:
    with pytest.raises(RefusedError, match="not pinned"):
        check_live(FlagsAll(), canaries, release)


def test_a_pinned_model_that_flags_a_canary_may_not(canaries: list[labelled.Row], release: Release) -> None:
    pinned = replace(release, digests=frozenset({FlagsAll.digest}))
    with pytest.raises(RefusedError, match="canaries"):
        check_live(FlagsAll(), canaries, pinned)


def test_a_promoted_model_passes_with_just_its_digest_and_no_flagged_canary(
    judge: CascadeJudge, canaries: list[labelled.Row], release: Release
) -> None:
    other = replace(release, digests=frozenset())
    check_live(judge, canaries, other, promoted=judge.digest)
    with pytest.raises(RefusedError, match="not pinned"):
        check_live(judge, canaries, other, promoted=judge.digest[:12] + "0" * 52)
    with pytest.raises(RefusedError, match="canaries"):
        check_live(FlagsAll(), canaries, release, promoted=FlagsAll.digest)


def test_without_canaries_nothing_goes_live(judge: CascadeJudge, release: Release) -> None:
    with pytest.raises(RefusedError, match="no canaries"):
        check_live(judge, [], release)


def test_the_packaged_model_stands_above_its_floors(judge: CascadeJudge, release: Release) -> None:
    check_floors(evaluate(judge, labelled.read([DATA / "test.jsonl"]), draws=2, brief=True), release)


def test_a_model_beneath_its_floors_is_refused(release: Release) -> None:
    rows = labelled.read([DATA / "test.jsonl"])[:100]
    with pytest.raises(RefusedError, match="harmless_flagged"):
        check_floors(evaluate(FlagsAll(), rows, draws=2), release)


def test_a_release_that_names_no_digest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "RELEASE.json"
    path.write_text(json.dumps({"at_least": {}}), "utf-8")
    with pytest.raises(InputError, match="release"):
        read_release(path)
