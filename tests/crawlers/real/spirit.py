"""Spirit, a Django forum from PyPI, in a virtual environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lachan.domain.post import SourceKind
from tests.crawlers.real.planted import Planted
from tests.crawlers.real.site import NotInstalled, Place, Site, free_port, running

REQUIREMENT = "django-spirit==0.14.3"
_APPLICATION = Path(__file__).with_name("spirit_forum.py")


@contextmanager
def site(folder: Path, topics: int = 60, python: Path = Path(sys.executable)) -> Iterator[Site]:
    """One place: the whole forum. Hidden are a closed section's topics, removed ones, private ones, removed comments,
    and the section that robots.txt keeps from robots. `python`: of an environment that holds Spirit."""
    if subprocess.run((str(python), "-c", "import spirit.core"), capture_output=True, check=False).returncode:
        raise NotInstalled(f"no Spirit in {python}: pip install {REQUIREMENT}")
    planted = Planted()
    sections = ("Sân trường", "Bếp nhà", "Phòng kín", "Nháp")
    plan = [
        {
            "title": f"Chuyện số {number}", "section": number % 4, "removed": number % 11 == 5,
            "private": number % 13 == 6,
            "comments": [
                {
                    "removed": n == 3,
                    "text": planted.text(
                        public=number % 4 < 2 and number % 11 != 5 and number % 13 != 6 and n != 3, words=30
                    ),
                }
                for n in range(1 + number * 7 % 45)
            ],
        }
        for number in range(topics)
    ]  # fmt: skip
    host = f"127.0.0.1:{free_port()}"
    environment = {"LACHAN_SPIRIT": str(folder), "LACHAN_SPIRIT_HOST": host}
    fill = json.dumps({"sections": sections, "topics": plan})
    done = subprocess.run(
        (str(python), "-P", str(_APPLICATION), "fill"), input=fill, capture_output=True, text=True, check=False,
        env=environment,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"Spirit could not be filled: {done.stderr[-1500:]}")
    with running(
        (str(python), "-P", str(_APPLICATION), "serve"), f"http://{host}/", folder / "spirit.log", environment
    ):
        yield Site(
            f"Spirit {done.stdout.strip()}",
            f"http://{host}",
            (Place("spirit", SourceKind.FORUM, "/", planted),),
        )
