"""deploy/compose.yaml and the image: pinned, without secrets, each part there that another one names. Not started: no
container engine is at hand where the tests run."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import typer.main
import yaml

from index.elastic_server import connect
from lachan.app.cli import app
from lachan.app.settings import read_settings

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
OURS: Final = [name for name, service in SERVICES.items() if service.get("image", "").startswith("lachan:")]
NODES: Final = ["search1", "search2", "search3"]
_PINNED: Final = re.compile(r"[a-z]+:\d+\.\d+[\w.-]*")


def _lines(name: str, word: str) -> list[str]:
    """What follows `word` on the lines of a file that begin with it."""
    lines = (DEPLOY / name).read_text("utf-8").splitlines()
    return [line.removeprefix(word).strip() for line in lines if line.startswith(f"{word} ")]


def _variables() -> Iterator[tuple[str, str, str]]:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            yield name, variable, str(value)


def test_images_are_pinned() -> None:
    named = [service["image"] for service in SERVICES.values()]
    named += [line.split(" AS ")[0] for line in _lines("Dockerfile", "FROM")]
    assert [image for image in named if not _PINNED.fullmatch(image)] == []
    assert len({image for image in named if image.startswith("elasticsearch:")}) == 1
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"lachan:{version}"}


def test_no_secret_stands_in_a_file() -> None:
    for _, variable, value in _variables():
        if re.search(r"PASSWORD|SECRET|TOKEN|API_KEY", variable, re.IGNORECASE):
            assert variable.endswith("_FILE") and value.startswith("/run/secrets/"), variable
        assert not re.search(r"://[^/@\s]*:[^/@\s]*@", value), variable
    for secret in COMPOSE["secrets"].values():
        assert set(secret) == {"file"}
        assert secret["file"].startswith("${LACHAN_ETC:-/etc/lachan}/secrets/")
    for name in ("compose.yaml", "Dockerfile", "entrypoint.sh"):
        words = (DEPLOY / name).read_text("utf-8")
        assert not re.search(r"(?i)(password|secret|token|api_?key)\s*[=:]\s*[\"']?[\w+/-]{6,}", words), name


def test_every_part_that_is_named_is_there() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", ())) <= set(SERVICES), name
        assert set(service.get("networks", ())) <= set(COMPOSE["networks"]), name
        used = {s if isinstance(s, str) else s["source"] for s in service.get("secrets", ())}
        assert used <= set(COMPOSE["secrets"]), name
        for volume in service.get("volumes", ()):
            source = re.split(r":(?!-)", volume)[0]
            if source.startswith("./"):
                assert (DEPLOY / source).is_file(), volume
            elif not source.startswith("${LACHAN_ETC:-/etc/lachan}/"):
                assert source in COMPOSE["volumes"], volume
        for condition in (c for c in [service.get("depends_on", {})] if isinstance(c, dict)):
            for other, how in condition.items():
                assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[other], (
                    name,
                    other,
                )


def test_three_search_nodes_speak_tls_alone() -> None:
    for node in NODES:
        settings = SERVICES[node]["environment"]
        assert settings["node.name"] == node
        for names in ("cluster.initial_master_nodes", "discovery.seed_hosts"):
            assert settings[names].split(",") == NODES
        assert settings["xpack.security.enabled"] == "true"
        for layer in ("http", "transport"):
            assert settings[f"xpack.security.{layer}.ssl.enabled"] == "true"
            assert settings[f"xpack.security.{layer}.ssl.key"] == f"certificates/{node}/{node}.key"
            assert settings[f"xpack.security.{layer}.ssl.certificate"] == f"certificates/{node}/{node}.crt"
        assert settings["xpack.security.transport.ssl.verification_mode"] == "full"
        assert "ports" not in SERVICES[node]
        assert list(SERVICES[node]["networks"]) == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    made = SERVICES["certificates"]["command"][0]
    assert f"for node in {' '.join(NODES)};" in made


def test_the_program_understands_its_settings(tmp_path: Path) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    sample = (DEPLOY / "lachan.toml").read_text("utf-8")
    (tmp_path / "lachan.toml").write_text(sample, "utf-8")
    for name in OURS:
        assert SERVICES[name]["command"][0] in commands
        environment = dict(SERVICES[name]["environment"])
        assert environment.pop("LACHAN_CONFIG") == "/etc/lachan/lachan.toml"
        settings = read_settings({**environment, "LACHAN_CONFIG": str(tmp_path / "lachan.toml")})
        assert {
            key: str(getattr(settings, key.removeprefix("LACHAN_").lower())) for key in environment
        } == environment
        host = urlsplit(settings.index_url).hostname
        assert all(SERVICES[node]["networks"]["inside"]["aliases"] == [host] for node in NODES)
        assert f",{host}," in SERVICES["certificates"]["command"][0]
        client, index = connect(settings.index_url, "key", None)
        client.close()
        role = SERVICES["search-key"]["command"][0]
        assert f'"names": ["{index}", "{index}-*"]' in role
        targets = {secret["target"] for secret in SERVICES[name]["secrets"]}
        assert targets == {"PGPASSWORD", "LACHAN_INDEX_API_KEY"}


def test_nobody_is_root_who_need_not_be() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["cap_drop"] == ["ALL"] and service["read_only"] is True and "user" not in service
    assert [name for name, service in SERVICES.items() if service.get("user") == "0"] == ["certificates"]
    assert SERVICES["certificates"]["network_mode"] == "none"
    assert _lines("Dockerfile", "USER") == ["lachan"]
    published = [name for name, service in SERVICES.items() if "ports" in service]
    assert published == ["desk"]  # where the proxy listens; the desk itself stays on 127.0.0.1
    assert SERVICES["proxy"]["network_mode"] == "service:desk"


def test_the_image_holds_every_package_and_nothing_else() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    wanted = {name.rstrip("*") for name in packages["find"]["include"]}
    copied = {word for line in _lines("Dockerfile", "COPY") for word in line.split()[:-1]} - {"--from=build"}
    assert wanted <= copied
    let_in = {
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    assert let_in == copied - {"/opt/lachan"}
    assert all((ROOT / name).exists() for name in let_in)


def test_secrets_reach_the_program_as_variables(tmp_path: Path) -> None:
    secrets, programs = tmp_path / "secrets", tmp_path / "bin"
    secrets.mkdir()
    programs.mkdir()
    (secrets / "LACHAN_INDEX_API_KEY").write_text("một khoá = $x `y`\n", "utf-8")
    (programs / "lachan").write_text('#!/bin/sh\nprintf "%s|%s" "$LACHAN_INDEX_API_KEY" "$*"\n')
    (programs / "lachan").chmod(0o755)
    done = subprocess.run(
        ["sh", DEPLOY / "entrypoint.sh", "serve", "--port", "8000"],
        env={"PATH": f"{programs}:{os.environ['PATH']}", "SECRETS": str(secrets)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "một khoá = $x `y`|serve --port 8000"
