"""Settings: every key, from file and environment; what is wrong is said."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from lachan.app.settings import Settings, read_settings
from lachan.domain.errors import InputError

SAMPLE = Path(__file__).parents[2] / "deploy" / "lachan.toml"


def _write(folder: Path, content: str) -> Path:
    path = folder / "lachan.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_without_a_file_everything_lies_under_var(tmp_path: Path) -> None:
    settings = read_settings({"XDG_CONFIG_HOME": str(tmp_path / "config")}, tmp_path)
    assert settings.data == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'lachan.db'}"
    assert settings.index_url == str(tmp_path / "var" / "index")
    assert settings.models is None
    assert settings.contact is None
    assert settings.secure_cookies is False
    assert settings.letterhead.signer_title == "TRƯỞNG PHÒNG"


def test_the_default_key_file_is_outside_the_data_and_its_own(tmp_path: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    one = read_settings(environment, tmp_path, data=tmp_path / "one")
    other = read_settings(environment, tmp_path, data=tmp_path / "other")
    assert one.key_file.parent == other.key_file.parent == tmp_path / "config" / "lachan"
    assert one.key_file != other.key_file
    assert one == read_settings(environment, tmp_path, data=tmp_path / "one")


def test_every_key_of_the_file_is_read_relative_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    path = _write(
        folder,
        """
        data = "d"
        database_url = "postgresql+psycopg://lachan@db.example/lachan"
        index_url = "/srv/index"
        key_file = "../keys/k.json"
        models = "m"
        contact = "https://lachan.example"
        secure_cookies = true
        [letterhead]
        issuer = "PHÒNG MỘT"
        """,
    )
    settings = read_settings({"LACHAN_CONFIG": str(path)}, tmp_path)
    assert settings.data == folder / "d"
    assert settings.database_url == "postgresql+psycopg://lachan@db.example/lachan"
    assert settings.index_url == "/srv/index"
    assert settings.key_file == tmp_path / "keys" / "k.json"
    assert settings.models == folder / "m"
    assert settings.contact == "https://lachan.example"
    assert settings.secure_cookies is True
    assert settings.letterhead.issuer == "PHÒNG MỘT"
    assert settings.letterhead.parent_body == "CÔNG AN TỈNH ………"


def test_the_environment_wins(tmp_path: Path) -> None:
    _write(tmp_path, 'data = "file"\ncontact = "file"\nsecure_cookies = true\n')
    environment = {
        "LACHAN_DATA": str(tmp_path / "environment"),
        "LACHAN_DATABASE_URL": "sqlite:////srv/a.db",
        "LACHAN_INDEX_URL": "/srv/i",
        "LACHAN_KEY_FILE": "/srv/k.json",
        "LACHAN_MODELS": "/srv/m",
        "LACHAN_CONTACT": "environment",
        "LACHAN_SECURE_COOKIES": "False",
    }
    settings = read_settings(environment, tmp_path)
    assert settings == Settings(
        data=tmp_path / "environment",
        database_url="sqlite:////srv/a.db",
        index_url="/srv/i",
        index_api_key=None,
        index_authority=None,
        key_file=Path("/srv/k.json"),
        models=Path("/srv/m"),
        contact="environment",
        secure_cookies=False,
        desk_url="http://127.0.0.1:8000",
        oncall_webhook=None,
        alerts_webhook=None,
        smtp_url=None,
        smtp_from=None,
        letterhead=settings.letterhead,
    )


def test_an_option_wins_over_both(tmp_path: Path) -> None:
    _write(tmp_path, 'data = "file"\n')
    settings = read_settings({"LACHAN_DATA": "/srv/environment"}, tmp_path, data=tmp_path / "option")
    assert settings.data == tmp_path / "option"


def test_an_empty_variable_counts_as_absent(tmp_path: Path) -> None:
    _write(tmp_path, 'contact = "file"\n')
    assert read_settings({"LACHAN_CONTACT": ""}, tmp_path).contact == "file"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('dta = "x"\nkontact = "y"\n', "unknown keys: dta, kontact"),
        ("data = \n", "not valid TOML"),
        ('secure_cookies = "yes"\n', "secure_cookies is true or false"),
        ('[letterhead]\nisuer = "x"\n', r"\[letterhead\] in .* may have: .*issuer_code"),
        ('letterhead = "x"\n', r"\[letterhead\] in .* may have"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: str, says: str) -> None:
    _write(tmp_path, content)
    with pytest.raises(InputError, match=says):
        read_settings({}, tmp_path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lachan.toml").write_bytes('contact = "ở đây"'.encode("utf-16"))
    with pytest.raises(InputError, match="not valid TOML"):
        read_settings({}, tmp_path)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="LACHAN_CONFIG names"):
        read_settings({"LACHAN_CONFIG": str(tmp_path / "none.toml")}, tmp_path)


def test_the_sample_is_read_and_names_every_key(tmp_path: Path) -> None:
    settings = read_settings({"LACHAN_CONFIG": str(SAMPLE)}, tmp_path)
    assert settings.secure_cookies is True
    assert settings.contact
    assert settings.data not in settings.key_file.parents
    content = SAMPLE.read_text(encoding="utf-8")
    for field in dataclasses.fields(Settings):
        assert f"{field.name} = " in content or f"[{field.name}]" in content


def test_processes_that_read_pages_are_counted(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path).crawl_processes is None
    for given in ("0", "3"):
        assert read_settings({"LACHAN_CRAWL_PROCESSES": given}, tmp_path).crawl_processes == int(given)
    for wrong in ("65", "-1", "two", "²", "1.5"):
        with pytest.raises(InputError, match="crawl_processes"):
            read_settings({"LACHAN_CRAWL_PROCESSES": wrong}, tmp_path)


def test_settings_never_change(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.contact = "x"  # type: ignore[misc]


def test_a_search_server_is_named_by_its_address(tmp_path: Path) -> None:
    named = {"LACHAN_INDEX_URL": "https://search.example:9200/lachan", "LACHAN_INDEX_API_KEY": "a-key"}
    settings = read_settings({**named, "LACHAN_INDEX_AUTHORITY": "ca.pem"}, tmp_path)
    assert settings.index_url == named["LACHAN_INDEX_URL"]
    assert settings.index_api_key == "a-key"
    assert settings.index_authority == tmp_path / "ca.pem"


def test_alarms_leave_by_tls_alone_and_mail_has_a_sender(tmp_path: Path) -> None:
    for bad in (
        {"LACHAN_ONCALL_WEBHOOK": "http://pager.example/x"},
        {"LACHAN_ALERTS_WEBHOOK": "http://figures.example/x"},
        {"LACHAN_SMTP_URL": "smtp://mail.example", "LACHAN_SMTP_FROM": "a@b.vn"},
        {"LACHAN_SMTP_URL": "smtps://mail.example"},
        {"LACHAN_SMTP_URL": "smtps://mail.example", "LACHAN_SMTP_FROM": "a@b.vn x@y.vn"},
    ):
        with pytest.raises(InputError):
            read_settings(bad, tmp_path)
    good = read_settings(
        {
            "LACHAN_ONCALL_WEBHOOK": "https://pager.example/x",
            "LACHAN_SMTP_URL": "smtps://u:p@mail.example:465",
            "LACHAN_SMTP_FROM": "a@b.vn",
            "LACHAN_DESK_URL": "https://desk.example",
        },
        tmp_path,
    )
    assert (good.desk_url, good.smtp_from) == ("https://desk.example", "a@b.vn")


def test_sources_for_a_browser_need_one(tmp_path: Path) -> None:
    given = {"LACHAN_BROWSER_SOURCES": "dien-dan, truong", "LACHAN_BROWSER": "/usr/bin/chromium"}
    assert read_settings(given, tmp_path).browser_sources == {"dien-dan", "truong"}
    assert read_settings({}, tmp_path).browser_sources == frozenset()
    with pytest.raises(InputError, match="`browser`"):
        read_settings({"LACHAN_BROWSER_SOURCES": "dien-dan"}, tmp_path)
