"""Real programs, filled with harmless Vietnamese posts by script and read by `lachan crawl` over loopback. Prints one
JSON line a place; exit 1 when a public post is missing or stored twice, or a hidden one was stored.

    python bench/real_sites.py [--only NAME,...] [--install]

    wordpress   Debian's package, on MariaDB at 127.0.0.1:3306 with a root without password: by its REST interface, and
                its pages by its own sitemap
    dokuwiki    Debian's package: its pages by its own sitemap
    spirit      PyPI, a Django forum, in an environment of its own under build/real-sites
    isso        PyPI, comments under static pages that only a script shows: by the feed that each page names

What counts is the inbox before any judge looks into it, since unflagged text is dropped at once. Hidden is what a
log-in, an approval that is due, a password, or robots.txt keeps back. `not_planted` are the program's own pages.
`--install`: what is missing, by apt-get (as root) and pip; without it the line says what to install.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.app.conftest import Installation
from tests.crawlers.real import dokuwiki, isso, spirit, wordpress
from tests.crawlers.real.reading import read_site
from tests.crawlers.real.site import NotInstalled, Site

ENVIRONMENTS = Path(__file__).resolve().parents[1] / "build" / "real-sites"


def environment(name: str) -> Path:
    """The Python of a virtual environment of that program's own."""
    return ENVIRONMENTS / name / "bin" / "python"


SITES: dict[str, Callable[[Path], AbstractContextManager[Site]]] = {
    "wordpress": wordpress.site,
    "dokuwiki": dokuwiki.site,
    "spirit": lambda folder: spirit.site(folder, python=environment("spirit")),
    "isso": lambda folder: isso.site(folder, pages=40, python=environment("isso")),
}
PACKAGES = {"wordpress": wordpress.PACKAGES, "dokuwiki": dokuwiki.PACKAGES}
REQUIREMENTS = {"spirit": spirit.REQUIREMENT, "isso": isso.REQUIREMENT}


def install(name: str) -> None:
    if name in PACKAGES:
        command = ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES[name].split()]
        subprocess.run(
            command, check=True, stdout=sys.stderr, env={"DEBIAN_FRONTEND": "noninteractive", "PATH": PATH}
        )
        return
    if not environment(name).exists():
        venv.create(ENVIRONMENTS / name, with_pip=True)
    subprocess.run([str(environment(name)), "-m", "pip", "install", "--quiet", REQUIREMENTS[name]], check=True,
                   stdout=sys.stderr)  # fmt: skip


PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(SITES))
    parser.add_argument("--install", action="store_true")
    given = parser.parse_args()
    whole = True
    for name in given.only.split(","):
        if given.install:
            install(name)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder, "installation")
            data.mkdir()
            try:
                with SITES[name](Path(folder)) as site:
                    for read in read_site(site, Installation(data, patience=1800)):
                        whole = whole and read.whole
                        line = {"bench": "real_sites", "program": site.version, "place": read.place.key}
                        seconds = round(time.monotonic() - began)
                        print(
                            json.dumps({**line, **read.figures(), "whole": read.whole, "seconds": seconds}),
                            flush=True,
                        )
            except (NotInstalled, FileNotFoundError) as error:
                print(json.dumps({"bench": "real_sites", "program": name, "missing": str(error)}), flush=True)
    raise SystemExit(not whole)


if __name__ == "__main__":
    main()
