"""The look at the page before a letter goes out: still there, changed, gone."""

from __future__ import annotations

from lachan.domain.errors import NotCheckable, SourceRefused
from lachan.domain.notice import PageCheck
from lachan.pipeline.ports import PageFetcher


def look(fetcher: PageFetcher, url: str, text: str) -> PageCheck:
    """What stands at `url` now, against the `text` that was kept.

    A page that we may not read (robots.txt, a redirect out of the source, a source that lapsed) is one that
    cannot be reached: no site can stop a letter by shutting us out. Where a kind of source has no way to ask for one
    post, that is said, too: a person opens the page.
    """
    try:
        found = fetcher.text_of(url)
    except NotCheckable:
        return PageCheck.UNCHECKABLE
    except (OSError, SourceRefused):
        return PageCheck.UNREACHABLE
    if found is None:
        return PageCheck.GONE
    here = " ".join(found.split())
    # Redaction replaced names in what we keep, so the longest untouched stretch is what to look for.
    longest = max((part.strip() for part in " ".join(text.split()).split("[tên]")), key=len)
    return PageCheck.PRESENT if longest and longest in here else PageCheck.CHANGED
