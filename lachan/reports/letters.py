"""Letters: notices as pages and as Word documents, from the same parts."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from lachan.domain.notice import Notice
from lachan.pipeline.ports import Letterhead
from lachan.reports.letter import compose


class Letters:
    """NoticeWriter."""

    def __init__(self) -> None:
        self._pages = Environment(
            loader=PackageLoader("lachan.reports"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def html(self, notice: Notice, letterhead: Letterhead, *, demo: bool) -> str:
        """A whole page, A4 when printed. Raises InputError for what may not become a letter."""
        return self._pages.get_template("letter.html").render(
            letter=compose(notice, letterhead, demo=demo), number=notice.number
        )

    def docx(self, notice: Notice, letterhead: Letterhead, *, demo: bool) -> bytes:
        """The same content as a Word document. Raises likewise."""
        from lachan.reports.letter_docx import to_docx  # here: few commands write Word documents

        return to_docx(compose(notice, letterhead, demo=demo), notice.number)
