"""WordPress from Debian's package, on a MariaDB at 127.0.0.1:3306 whose root needs no password."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lachan.domain.post import SourceKind
from tests.crawlers.real.planted import Planted
from tests.crawlers.real.site import NotInstalled, Place, Site, free_port, running

PACKAGE = Path("/usr/share/wordpress")
THEMES = Path("/usr/share/wordpress/wp-content/themes")
PACKAGES = "wordpress wordpress-theme-twentytwentythree php-cli php-mysql php-xml php-mbstring mariadb-server"
_SQL = ("mysql", "-h", "127.0.0.1", "-u", "root", "-e")
_ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/robots.txt') {
    header('Content-Type: text/plain');
    echo "User-agent: *\\nDisallow: /wp-admin/\\nDisallow: /2026/09/\\n";
    return true;
}
if ($path !== '/' && is_file($_SERVER['DOCUMENT_ROOT'] . $path)) { return false; }
$_SERVER['SCRIPT_NAME'] = '/index.php';
chdir($_SERVER['DOCUMENT_ROOT']);
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
"""
_CONFIG = """<?php
define('DB_NAME', getenv('LACHAN_WP_DATABASE')); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', '127.0.0.1'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', 'http://' . getenv('LACHAN_WP_HOST')); define('WP_SITEURL', WP_HOME);
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('WP_AUTO_UPDATE_CORE', false);
define('AUTH_KEY', 'k'); define('SECURE_AUTH_KEY', 'k'); define('LOGGED_IN_KEY', 'k'); define('NONCE_KEY', 'k');
define('AUTH_SALT', 'k'); define('SECURE_AUTH_SALT', 'k'); define('LOGGED_IN_SALT', 'k'); define('NONCE_SALT', 'k');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';
"""


@contextmanager
def site(folder: Path, posts: int = 120) -> Iterator[Site]:
    """Two places: its REST interface, and its pages by its own sitemap. Hidden are drafts, private entries, those with
    a password, comments that wait for approval, and, of the pages, the month that robots.txt keeps from robots."""
    if not PACKAGE.is_dir() or shutil.which("php") is None or shutil.which("mysql") is None:
        raise NotInstalled(f"apt-get install --no-install-recommends {PACKAGES}")
    if subprocess.run((*_SQL, "SELECT 1"), capture_output=True, check=False).returncode:
        raise NotInstalled("no MariaDB at 127.0.0.1:3306 with a root without password: start one")
    root, host = folder / "wordpress", f"127.0.0.1:{free_port()}"
    shutil.copytree(PACKAGE, root, ignore_dangling_symlinks=True)
    (root / ".htaccess").unlink(missing_ok=True)
    (root / "wp-config.php").write_text(_CONFIG, "utf-8")
    (folder / "router.php").write_text(_ROUTER, "utf-8")
    database = f"lachan_wp_{os.getpid()}"
    environment = {"LACHAN_WP": str(root), "LACHAN_WP_HOST": host, "LACHAN_WP_DATABASE": database,
                   "PHP_CLI_SERVER_WORKERS": "4"}  # fmt: skip
    subprocess.run((*_SQL, f"CREATE DATABASE {database} CHARACTER SET utf8mb4"), check=True)
    try:
        rest, pages = Planted(), Planted()
        entries = [_entry(number, rest, pages) for number in range(posts)]
        _php("install", environment)
        version = _php("fill", environment, json.dumps(entries))
        command = ("php", "-S", host, "-t", str(root), str(folder / "router.php"))
        with running(command, f"http://{host}/", folder / "wordpress.log", environment):
            yield Site(
                f"WordPress {version}",
                f"http://{host}",
                (
                    Place("wordpress-rest", SourceKind.WORDPRESS, "/", rest),
                    Place("wordpress-pages", SourceKind.FEED, "/wp-sitemap.xml", pages),
                ),
            )
    finally:
        subprocess.run((*_SQL, f"DROP DATABASE {database}"), check=True)


def _php(step: str, environment: dict[str, str], given: str = "") -> str:
    script = Path(__file__).with_name("wordpress.php")
    done = subprocess.run(
        ("php", "-d", "memory_limit=512M", str(script), step), input=given, capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"WordPress could not be filled: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done.stdout.strip()


def _entry(number: int, rest: Planted, pages: Planted) -> dict[str, Any]:
    """Every tenth is a draft, private, or has a password; every seventh lies in the month that robots.txt forbids."""
    status, password = {3: ("draft", ""), 5: ("private", ""), 7: ("publish", "mat-khau")}.get(
        number % 10, ("publish", "")
    )
    public, forbidden = number % 10 not in (3, 5, 7), number % 7 == 0

    def text(*, shown: bool, long: bool = False) -> str:
        words = rest.long(public=shown) if long else rest.text(public=shown)
        mark = int(words.split(":")[0].removeprefix("Sổ "))
        (pages.public if shown and not forbidden else pages.hidden).add(mark)
        return words

    body = text(shown=public, long=True)
    comments = [
        {"author": f"Bạn đọc {number % 13 + n}", "approved": n != 2, "text": text(shown=public and n != 2)}
        for n in range(number % 5)
    ]
    day = f"2026-{'09' if forbidden else '10'}-{1 + number % 28:02} {number % 24:02}:15:00"
    return {
        "title": f"Chuyện làng kỳ {number}", "slug": f"chuyen-lang-ky-{number}", "html": f"<p>{body}</p>",
        "status": status, "password": password, "date": day, "comments": comments,
    }  # fmt: skip
