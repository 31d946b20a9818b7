"""Figures, charts and documents.

    FigureStore -> figures (pure, small cells veiled) -> tidy -> CSV, JSON
                                                      -> charts -> SVG -> templates/report.html
    Notice + Letterhead -> letter (pure) -> templates/letter.html | docx

period.py      weeks from Monday to Sunday in Vietnam's day, their ISO names, the weeks of a series
cells.py       small-cell suppression for everything about the protection queue
figures.py     counting: outcomes, categories, letters, referrals, appeals, series, what rose
tidy.py        the figures as one table; CSV that no spreadsheet runs, JSON with a stable schema
charts.py      the weekly bars as inline SVG
writer.py      Reports, the port ReportWriter
letter.py      what a letter says, part by part, from a notice (NĐ 30/2020)
letter_docx.py the same letter as a Word document
letters.py     Letters, the port NoticeWriter
counts.py      Counts, the port CountWriter: what a search counted, as CSV, XLSX or JSON
labels.py      Vietnamese names, from labels.json; the letters' phrases are in phrases.json
"""

from __future__ import annotations

from lachan.reports.counts import Counts
from lachan.reports.letters import Letters
from lachan.reports.writer import Reports

__all__ = ["Counts", "Letters", "Reports"]
