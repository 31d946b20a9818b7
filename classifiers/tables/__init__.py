"""Data of the normaliser and of the rules, one table a file, each written for this project.

characters.tsv  look-alike letters -> the letter meant
emoji.tsv       emoji used as words -> the words
teencode.tsv    chat spellings -> the standard word
words.txt       borrowed words that are no Vietnamese syllable but are written in disguise
concepts.tsv    concept -> phrases, for evidence and features
marks_needed.txt  words that are looked up with their marks only
marks.npz       counts of words and pairs of words, to put lost marks back (classifiers/marks_counting.py)
looks_bare.txt  borrowed words that look like a syllable without its marks
"""

from __future__ import annotations

from importlib.resources import files


def rows(name: str) -> list[list[str]]:
    """The rows of a table, cells split at tabs; blank lines and lines that begin with `#` are left out."""
    lines = files(__name__).joinpath(name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
