"""Isso, comments for static pages, from PyPI: the pages are files, the comments come from its server by script."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lachan.domain.post import SourceKind
from tests.crawlers.real.planted import Planted
from tests.crawlers.real.site import NotInstalled, Place, Site, free_port, running

REQUIREMENT = "isso==0.14.0"
_APPLICATION = Path(__file__).with_name("isso_blog.py")


@contextmanager
def site(folder: Path, pages: int = 12, python: Path = Path(sys.executable)) -> Iterator[Site]:
    """One place: the blog, by its list of articles. Hidden are comments that wait for approval and the articles that
    robots.txt keeps from robots. `python`: of an environment that holds Isso."""
    if subprocess.run((str(python), "-c", "import isso"), capture_output=True, check=False).returncode:
        raise NotInstalled(f"no Isso in {python}: pip install {REQUIREMENT}")
    planted, host = Planted(), f"127.0.0.1:{free_port()}"
    plan: list[dict[str, Any]] = []
    for number in range(pages):
        allowed = number % 4 != 3
        plan.append(
            {
                "path": f"/{'bai' if allowed else 'nhap'}/chuyen-cua-lang-ky-{number}.html",
                "title": f"Chuyện kỳ {number}",
                "text": planted.long(public=allowed),
                "comments": [
                    {
                        "text": planted.text(public=allowed and n % 3 != 2), "approved": n % 3 != 2,
                        "author": f"Bạn đọc {n}", "reply": n % 2 == 1,
                    }
                    for n in range(number % 5)
                ],
            }
        )  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan), "utf-8")
    command = (str(python), "-P", str(_APPLICATION))
    environment = {"LACHAN_ISSO": str(folder), "LACHAN_ISSO_HOST": host}
    with running(command, f"http://{host}/robots.txt", folder / "isso.log", environment):
        version = (folder / "version").read_text("utf-8")
        yield Site(f"Isso {version}", f"http://{host}", (Place("isso", SourceKind.FEED, "/", planted),))
