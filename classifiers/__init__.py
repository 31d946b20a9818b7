"""Judges texts: which endanger minors, which call for help, and, for nearly all, neither.

at run time    normalise (disguise, syllable, tables) -> phrases -> evidence -> features -> linear
               -> domain.routing -> spans;  judge.py binds them, classify.py is the stream over it
before going live   gate.py: pinned digest, no flagged canary, floors
to train       labelled (near_copies) -> dress -> fitting -> thresholds -> train
to measure     evaluate -> evaluation_page
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from classifiers.judge import CascadeJudge
from lachan.pipeline.ports import Judge

__all__ = ["default_folder", "load_judge"]


def default_folder() -> Path:
    """Where the packaged model lies."""
    return Path(str(files("models").joinpath("default")))


def load_judge(path: Path | None = None) -> Judge:
    """The judge in a model folder, by default the packaged one. Raises InputError for an unsound folder."""
    return CascadeJudge.load(path or default_folder())
