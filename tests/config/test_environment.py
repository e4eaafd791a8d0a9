"""Settings: typed, read once, all faults told together, each with its remedy."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.config.environment import (
    Environment,
    Misconfigured,
    read_environment,
    settings_table,
)

PRODUCTION = {
    "AMPARO_DATABASE_URL": "postgresql://amparo_app:pass@db.example.org:5432/amparo",
    "AMPARO_SECRET_KEY": "k" * 60,
    "AMPARO_HOSTS": "amparo.example.org, www.amparo.example.org",
}


def faults(variables: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(Misconfigured) as caught:
        read_environment(variables)
    return caught.value.faults


def test_nothing_set_is_an_embedded_installation() -> None:
    environment = read_environment({"HOME": "/nowhere"})
    assert environment.is_embedded
    assert not environment.uses_https
    assert environment.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert not environment.debug


def test_production_reads_every_part() -> None:
    environment = read_environment(PRODUCTION)
    assert not environment.is_embedded
    assert environment.uses_https
    assert environment.hosts == ("amparo.example.org", "www.amparo.example.org")
    assert environment.connection_url == PRODUCTION["AMPARO_DATABASE_URL"]


def test_machine_may_always_ask_itself_for_its_health() -> None:
    hosts = read_environment(PRODUCTION).allowed_hosts
    assert hosts[0] == "amparo.example.org", "links are made with the first"
    assert "127.0.0.1" in hosts


def test_migrations_use_the_owner_where_one_is_named() -> None:
    owner = "postgresql://amparo_owner@db.example.org/amparo"
    variables = {**PRODUCTION, "AMPARO_DATABASE_OWNER_URL": owner}
    assert read_environment({**variables, "AMPARO_CONNECT_AS": "owner"}).connection_url == owner
    assert read_environment(variables).connection_url == PRODUCTION["AMPARO_DATABASE_URL"]


def test_all_faults_are_told_at_once() -> None:
    told = faults(
        {"AMPARO_DEBUG": "perhaps", "AMPARO_THREADS": "0", "AMPARO_HOSTS": "*", "AMPARO_LANGUAGE": "tlh"}
    )
    assert [fault.split(" ")[0] for fault in told] == [
        "AMPARO_HOSTS",
        "AMPARO_DEBUG",
        "AMPARO_LANGUAGE",
        "AMPARO_THREADS",
    ]
    assert "write yes or no" in told[1]
    assert "from 1 to 64" in told[3]


def test_production_names_everything_that_is_missing() -> None:
    told = faults({"AMPARO_DATABASE_URL": "postgresql://db/amparo", "AMPARO_DEBUG": "yes"})
    assert [fault.split(" ")[0] for fault in told] == ["AMPARO_SECRET_KEY", "AMPARO_HOSTS", "AMPARO_DEBUG"]
    assert "token_urlsafe" in told[0]


def test_near_miss_names_the_right_variable() -> None:
    assert faults({"AMPARO_HOST": "x.org"}) == ("AMPARO_HOST is no setting; did you mean AMPARO_HOSTS?",)
    assert "`amparo settings`" in faults({"AMPARO_FLUX": "1"})[0]


def test_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s" * 60 + "\n")
    assert read_environment({"AMPARO_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == "s" * 60


def test_secret_file_that_cannot_be_read_is_a_fault_that_names_it(tmp_path: Path) -> None:
    (told,) = faults({"AMPARO_SECRET_KEY_FILE": str(tmp_path / "gone")})
    assert "gone" in told
    assert "No such file" in told


def test_secret_given_twice_is_a_fault(tmp_path: Path) -> None:
    (told,) = faults({"AMPARO_SECRET_KEY_FILE": str(tmp_path), "AMPARO_SECRET_KEY": "k" * 60})
    assert "keep one of them" in told


def test_only_secrets_come_from_files() -> None:
    assert "AMPARO_HOSTS_FILE" in faults({"AMPARO_HOSTS_FILE": "/etc/hosts"})[0]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AMPARO_DATABASE_URL", "mysql://db/amparo", "postgresql://"),
        ("AMPARO_DATABASE_URL", "postgresql://db", "names no database"),
        ("AMPARO_DATABASE_URL", "postgresql://app:hunter2/9@db/amparo", "%2F"),
        ("AMPARO_DATABASE_URL", "postgresql://app:hunter[2@db/amparo", "%2F"),
        ("AMPARO_SECRET_KEY", "short", "50 characters"),
        ("AMPARO_HOSTS", "https://amparo.example.org", "without https://"),
        ("AMPARO_HOSTS", "amparo.example.org:8000", "without a port"),
        ("AMPARO_TIME_ZONE", "Nairobi", "Africa/Nairobi"),
        ("AMPARO_TIME_ZONE", "/etc/passwd", "Africa/Nairobi"),
        ("AMPARO_EXIT_ADDRESS", "https://[", "starts with https://"),
        ("AMPARO_EXIT_ADDRESS", "http://weather.example.org", "https://"),
        ("AMPARO_UPLOAD_MEGABYTES", "many", "whole number"),
    ],
)
def test_fault_says_what_to_write(variable: str, value: str, said: str) -> None:
    (told,) = faults({variable: value})
    assert told.startswith(variable)
    assert said in told
    assert "hunter" not in told


def test_secret_is_never_in_a_fault() -> None:
    told = faults({"AMPARO_SECRET_KEY": "hunter2", "AMPARO_DATABASE_URL": "mysql://u:hunter2@db/x"})
    assert "hunter2" not in " ".join(told)


@given(st.dictionaries(st.sampled_from([row.variable for row in settings_table()]), st.text(max_size=30)))
def test_any_values_give_settings_or_faults(variables: dict[str, str]) -> None:
    with suppress(Misconfigured):  # nothing else is ever raised
        assert isinstance(read_environment(variables), Environment)


def test_every_setting_says_what_it_means() -> None:
    for row in settings_table():
        assert row.meaning.endswith("."), row.variable
        assert row.variable.startswith("AMPARO_")
