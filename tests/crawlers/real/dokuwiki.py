"""DokuWiki from Debian's package: pages are files."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lachan.domain.post import SourceKind
from tests.crawlers.real.planted import Planted
from tests.crawlers.real.site import NotInstalled, Place, Site, free_port, running

PACKAGE = Path("/usr/share/dokuwiki")
SETTINGS = Path("/etc/dokuwiki")
DATA = Path("/var/lib/dokuwiki/data")
PACKAGES = "dokuwiki php-cgi php-cli php-xml php-mbstring"
_PRELOAD = """<?php
define('DOKU_CONF', '{folder}/conf/');
"""
_LOCAL = """<?php
$conf['title'] = 'Sổ tay làng Sen'; $conf['lang'] = 'vi'; $conf['savedir'] = '{folder}/data'; $conf['useacl'] = 1;
$conf['superuser'] = '@admin'; $conf['userewrite'] = 2; $conf['sitemap'] = 1; $conf['updatecheck'] = 0;
$conf['sendpasswordmail'] = 0; $conf['allowdebug'] = 0;
"""
_ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/robots.txt') {
    header('Content-Type: text/plain');
    echo "User-agent: *\\nDisallow: /doku.php/nhap:\\n";
    return true;
}
return false;
"""


@contextmanager
def site(folder: Path, pages: int = 90) -> Iterator[Site]:
    """One place: its pages, by its own sitemap. Hidden are the name space `kin`, which asks for a log-in, and `nhap`,
    which robots.txt keeps from robots."""
    if not PACKAGE.is_dir() or shutil.which("php") is None:
        raise NotInstalled(f"apt-get install --no-install-recommends {PACKAGES}")
    root, planted = folder / "dokuwiki", Planted()
    shutil.copytree(PACKAGE, root, ignore_dangling_symlinks=True)
    shutil.copytree(SETTINGS, folder / "conf", ignore_dangling_symlinks=True)
    shutil.copytree(DATA, folder / "data", ignore_dangling_symlinks=True)
    (root / "install.php").unlink(missing_ok=True)
    (root / ".htaccess").unlink(missing_ok=True)
    (root / "inc" / "preload.php").write_text(_PRELOAD.format(folder=folder), "utf-8")
    (folder / "conf" / "local.php").write_text(_LOCAL.format(folder=folder), "utf-8")
    (folder / "conf" / "acl.auth.php").write_text("*\t@ALL\t1\nkin:*\t@ALL\t0\nkin:*\t@user\t1\n", "utf-8")
    (folder / "conf" / "users.auth.php").write_text("", "utf-8")
    (folder / "router.php").write_text(_ROUTER, "utf-8")
    _fill(folder / "data" / "pages", pages, planted)
    subprocess.run(("php", str(root / "bin" / "indexer.php"), "-q"), check=True, capture_output=True)
    host = f"127.0.0.1:{free_port()}"
    command = ("php", "-S", host, "-t", str(root), str(folder / "router.php"))
    with running(
        command, f"http://{host}/doku.php", folder / "dokuwiki.log", {"PHP_CLI_SERVER_WORKERS": "4"}
    ):
        version = (root / "VERSION").read_text("utf-8").strip()
        yield Site(
            f"DokuWiki {version}",
            f"http://{host}",
            (Place("dokuwiki", SourceKind.FEED, "/doku.php?do=sitemap", planted),),
        )


def _fill(folder: Path, pages: int, planted: Planted) -> None:
    spaces = ("lang", "truong", "kin", "nhap", "cho")
    for number in range(pages):
        space = spaces[number % len(spaces)]
        public = space not in ("kin", "nhap")
        paragraphs = "\n\n".join(planted.long(public=public) for _ in range(1 + number % 3))
        lists = f"\n\n  * {planted.text(public=public)}\n" if number % 4 == 0 else ""
        page = f"====== Chuyện {space} {number} ======\n\n{paragraphs}{lists}\n\n[[:{space}:chuyen_{number + 5}]]\n"
        (folder / space).mkdir(parents=True, exist_ok=True)
        file = folder / space / f"chuyen_{number}.txt"
        file.write_text(page, "utf-8")
        os.utime(
            file, (time.time() - 30 * 86_400,) * 2
        )  # a page is noindex until five days after its last edit
