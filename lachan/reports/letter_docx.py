"""A letter as a Word document: margins, type and order of NĐ 30/2020, Phụ lục I."""

from __future__ import annotations

import io
from typing import Any, Final

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

from lachan.reports.letter import Letter

_FONT: Final = "Times New Roman"
_RED: Final = RGBColor(0xB0, 0x00, 0x20)
_CENTER, _LEFT, _JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.JUSTIFY


def to_docx(letter: Letter, number: str) -> bytes:
    """The file's bytes. The document's properties name nobody."""
    document = Document()
    _page(document, letter)
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = f"{number}: {letter.subject}", "", "", ""
    _head(document, letter)
    _line(document, f"{letter.to} {letter.recipient}", align=_CENTER, after=12)
    for basis in letter.bases:
        _body(document, basis, italic=True)
    _body(document, letter.opening)
    _facts(document, letter)
    _body(document, letter.asks_title, bold=True)
    for index, ask in enumerate(letter.asks, start=1):
        _body(document, f"{index}. {ask}")
    for paragraph in letter.closing:
        _body(document, paragraph)
    _foot(document, letter)
    if letter.reply_lines:
        _reply(document, letter)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any, letter: Letter) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = section.footer_distance = Mm(10)
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(13)
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn(script), _FONT)
    section.different_first_page_header_footer = True  # the number begins on page 2
    number = section.header.paragraphs[0]
    number.alignment = _CENTER
    _field(number.add_run(), "PAGE")
    for mark in letter.marks:
        for header in (section.first_page_header, section.header):
            spare = header.paragraphs[0]
            _mark(spare if not spare.runs else header.add_paragraph(), mark)
    contact = section.first_page_footer.paragraphs[0]
    contact.add_run(letter.contact).font.size = Pt(11)


def _mark(paragraph: Any, mark: str) -> None:
    paragraph.alignment = _CENTER
    run = paragraph.add_run(mark)
    run.bold, run.font.size, run.font.color.rgb = True, Pt(14), _RED


def _field(run: Any, code: str) -> None:
    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:instrText" if kind is None else "w:fldChar")
        if kind is None:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _line(
    holder: Any,
    text: str,
    *,
    size: float = 13,
    bold: bool = False,
    italic: bool = False,
    align: Any = _LEFT,
    after: float = 0,
    first: bool = False,
) -> Any:
    """One paragraph; `first` uses the empty paragraph with which every cell begins."""
    paragraph = holder.paragraphs[0] if first else holder.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(0), Pt(after)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _body(document: Any, text: str, *, italic: bool = False, bold: bool = False) -> None:
    form = _line(document, text, italic=italic, bold=bold, align=_JUSTIFY, after=6).paragraph_format
    form.first_line_indent, form.line_spacing = Cm(1.27), 1.1


def _rule(cell: Any, share: str) -> None:
    """The short line beneath a name: a paragraph with a bottom border, indented from both sides."""
    paragraph = cell.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Cm(float(share))
    form.space_before, form.space_after, form.line_spacing = Pt(0), Pt(4), Pt(3)
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{key}"), value)
    border.append(bottom)
    paragraph._p.get_or_add_pPr().append(border)


def _table(document: Any, widths: tuple[float, float], rows: int, *, ruled: bool = False) -> Any:
    table = document.add_table(rows=rows, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    if ruled:
        table.style = "Table Grid"
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    return table


def _head(document: Any, letter: Letter) -> None:
    table = _table(document, (6.5, 10.0), 2)
    left, right = table.rows[0].cells
    _line(left, letter.parent_body, size=12, align=_CENTER, first=True)
    _line(left, letter.issuer, size=12, bold=True, align=_CENTER)
    _rule(left, "2.0")
    _line(right, letter.nation, size=12, bold=True, align=_CENTER, first=True)
    _line(right, letter.motto, size=13, bold=True, align=_CENTER)
    _rule(right, "2.1")
    left, right = table.rows[1].cells
    _line(left, letter.number, align=_CENTER, first=True)
    _line(left, letter.subject, size=12, align=_CENTER, after=6)
    _line(right, letter.dateline, italic=True, align=_CENTER, first=True)


def _facts(document: Any, letter: Letter) -> None:
    table = _table(document, (5.0, 11.5), len(letter.facts), ruled=True)
    for row, (name, value) in zip(table.rows, letter.facts, strict=True):
        _line(row.cells[0], name, size=12, after=2, first=True)
        _line(row.cells[1], value, size=12, after=2, first=True)
    _line(document, "", size=6)


def _foot(document: Any, letter: Letter) -> None:
    left, right = _table(document, (8.25, 8.25), 1).rows[0].cells
    _line(left, letter.receivers_title, size=12, bold=True, italic=True, first=True)
    for line in letter.receivers:
        _line(left, line, size=11)
    for index, line in enumerate(letter.signer_title):
        _line(right, line, bold=True, align=_CENTER, first=index == 0)
    _line(right, letter.signer_name, bold=True, align=_CENTER).paragraph_format.space_before = Pt(70)


def _reply(document: Any, letter: Letter) -> None:
    title = _line(document, letter.reply_title, bold=True, align=_CENTER)
    title.paragraph_format.space_before = Pt(14)
    about = _line(document, letter.reply_about, bold=True, align=_CENTER, after=6)
    lines = [_line(document, line, after=4) for line in letter.reply_lines]
    for paragraph in (title, about, *lines[:-1]):
        paragraph.paragraph_format.keep_with_next = True
