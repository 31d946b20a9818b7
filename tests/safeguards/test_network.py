"""Only the crawler goes out; it brings back no pictures, no sound, no film."""

from __future__ import annotations

import ast

import pytest

from crawlers.settings import PUBLIC_PACE, scrapy_settings
from crawlers.spiders.place import _READABLE
from tests.safeguards.source_tree import imports, modules

#: Whatever can open a connection. Databases and PostgreSQL's driver are the store's, by their own contract.
CLIENTS = (
    "socket", "ssl", "http.client", "urllib.request", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib",
    "xmlrpc", "asyncio.open_connection", "requests", "httpx", "httpx2", "aiohttp", "urllib3", "websockets",
    "websocket", "paramiko", "boto3", "twisted", "scrapy", "huggingface_hub", "openai", "anthropic", "dns",
)  # fmt: skip


def _goes_out(name: str) -> bool:
    return any(name == client or name.startswith(f"{client}.") for client in CLIENTS)


def test_only_the_crawler_imports_what_can_go_out() -> None:
    found = {
        path: sorted({name for name in imports(tree) if _goes_out(name)}) for path, tree in modules().items()
    }
    outside = {path: names for path, names in found.items() if names and not path.startswith("crawlers/")}
    # Both go to the addresses that an operator set, and neither carries a text of a case: alarms and bulletins by
    # mail and webhook, and the question to the house's own log-in provider whether a code is good.
    assert outside.keys() <= {"lachan/app/push.py", "lachan/app/oidc.py"}
    assert any(found[path] for path in found if path.startswith("crawlers/")), (
        "the search finds what is there"
    )


def test_no_program_is_started_that_could_go_out() -> None:
    """Children are our own commands and nothing else; nothing goes through a shell."""
    starters = [
        (path, node)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr)
        in {("subprocess", name) for name in ("run", "Popen", "call", "check_output", "check_call")}
        | {("os", name) for name in ("system", "popen", "execv", "execvp", "spawnv")}
    ]
    assert starters
    for path, node in starters:
        assert ast.unparse(node.args[0]).startswith(
            (
                "[sys.executable, '-m', 'lachan.app.cli'",
                "[sys.executable, '-P', '-m', 'crawlers.reading_process'",  # without keys, over a socket pair
            )
        ), path
        assert not any(keyword.arg == "shell" for keyword in node.keywords), path


@pytest.mark.parametrize(
    "kind",
    ["image/jpeg", "image/svg+xml", "video/mp4", "audio/mpeg", "application/octet-stream", "font/woff2"],
)
def test_no_media_is_read(kind: str) -> None:
    assert not kind.startswith(_READABLE)


def test_no_pipeline_of_scrapy_stores_files() -> None:
    settings = scrapy_settings(PUBLIC_PACE, contact="x", allow_loopback=False)
    assert not settings.get("ITEM_PIPELINES")
    assert not settings.get("FILES_STORE")
    assert not settings.get("IMAGES_STORE")
    assert not settings.get("HTTPCACHE_ENABLED")
    assert not settings.get("TELNETCONSOLE_ENABLED", True)
