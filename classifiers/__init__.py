"""Judges texts: which endanger minors, which call for help, and, for nearly all, neither.

at run time    normalise (disguise, syllable, tables) -> phrases -> evidence -> features -> linear
               -> domain.routing -> spans;  judge.py binds them, classify.py is the stream over it
before going live   gate.py: pinned digest, no flagged canary, floors
to train       labelled (near_copies) -> dress -> fitting -> thresholds -> train
               or any Hugging Face encoder: hugging_face_training -> hugging_face
to measure     evaluate (intervals, calibration, span_control) -> evaluation_page
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from classifiers import hugging_face, model_folder
from classifiers.judge import CascadeJudge

__all__ = ["default_folder", "load_judge"]


def default_folder() -> Path:
    """Where the packaged model lies."""
    return Path(str(files("models").joinpath("default")))


def load_judge(path: Path | None = None) -> CascadeJudge:
    """The judge in a model folder, or over a Hugging Face classifier on disk; by default the packaged one. Raises
    InputError for an unsound folder."""
    if path is not None and hugging_face.is_folder(path):
        return CascadeJudge(hugging_face.load(path, model_folder.load(default_folder())))
    return CascadeJudge.load(path or default_folder())
