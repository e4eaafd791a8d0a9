"""Read the settings of an installation: one typed table, read once, all faults told together.

Each field of `Environment` is one variable `AMPARO_<FIELD>`. A secret may also be given by a file, `AMPARO_<FIELD>_FILE`,
as container platforms hand secrets over. `docs/reference/settings.md` is written from this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from amparo.config import readers

PREFIX = "AMPARO_"
LANGUAGES = {
    "en": "English",
    "ar": "العربية",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
    "zh-hans": "中文",
}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class Misconfigured(Exception):
    """The settings cannot be used; `faults` holds every reason, each with its remedy."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("The settings need attention:\n" + "\n".join(f"  - {fault}" for fault in faults))


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What the table says about one variable."""

    read: Callable[[str], Any]
    default: str
    meaning: str
    kind: str
    is_secret: bool
    shown_default: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingRow:
    """One line of the printed table."""

    variable: str
    kind: str
    default: str
    meaning: str
    is_secret: bool


def _setting(
    read: Callable[[str], Any],
    *,
    kind: str,
    default: str = "",
    meaning: str,
    is_secret: bool = False,
    shown_default: str | None = None,
) -> Any:  # Any: a dataclass field stands where its value's type is declared
    shown = default if shown_default is None else shown_default
    described = Setting(
        read=read, default=default, meaning=meaning, kind=kind, is_secret=is_secret, shown_default=shown
    )
    return field(metadata={"setting": described})


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """Hold every setting of an installation, typed."""

    data: Path = _setting(
        readers.read_path,
        kind="directory",
        default="~/.local/share/amparo",
        meaning="Where this installation keeps its files: embedded database, documents, keys, facts.",
    )
    database_url: str = _setting(
        readers.read_database_url,
        kind="address",
        is_secret=True,
        shown_default="embedded PostgreSQL in the data directory",
        meaning="PostgreSQL 15 to 18 that the application works on, with the rights of `amparo_app`. Setting it makes this a production installation.",
    )
    database_owner_url: str = _setting(
        readers.read_database_url,
        kind="address",
        is_secret=True,
        shown_default="as AMPARO_DATABASE_URL",
        meaning="The same database with the role that owns the tables; used by `amparo migrate` alone.",
    )
    database_worker_url: str = _setting(
        readers.read_database_url,
        kind="address",
        is_secret=True,
        shown_default="as AMPARO_DATABASE_URL",
        meaning="The same database with the role of the worker, which may also read coded facts; used by `amparo worker` and `amparo facts export`.",
    )
    secret_key: str = _setting(
        readers.read_secret_key,
        kind="text",
        is_secret=True,
        shown_default="made once, in the data directory; to be set in production",
        meaning="Signs sessions and links; at least 50 characters. Changing it signs everybody out.",
    )
    custodian: Path | None = _setting(
        readers.read_path_or_unset,
        kind="file",
        shown_default="keys/custodian in the data directory",
        meaning="The file with the key of keys. Keep a copy apart from the database and from its backups.",
    )
    device: str = _setting(
        readers.read_device,
        kind="PKCS#11 address",
        shown_default="none",
        meaning="The key of keys in a device, where one keeps it: pkcs11:token=NAME;object=KEY?module-path=FILE&pin-source=FILE.",
    )
    keyd: Path | None = _setting(
        readers.read_path_or_unset,
        kind="socket",
        shown_default="keys are opened by each process itself",
        meaning="The socket of `amparo keyd`, which then holds the keys instead of the web server and the worker.",
    )
    hosts: tuple[str, ...] = _setting(
        readers.read_hosts,
        kind="names, comma between",
        shown_default="this machine only; to be set in production",
        meaning="The host names people type to reach this installation.",
    )
    https: bool | None = _setting(
        readers.read_flag_or_unset,
        kind="yes or no",
        shown_default="yes in production",
        meaning="Whether people reach this installation by https. Cookies are then sent by https alone.",
    )
    trusted_proxies: int = _setting(
        readers.read_number(0, 5),
        kind="number",
        default="0",
        meaning="How many proxies stand in front. Their X-Forwarded-For and X-Forwarded-Proto are believed, nobody else's.",
    )
    debug: bool = _setting(
        readers.read_flag,
        kind="yes or no",
        default="no",
        meaning="Shows the inner state of faults in the browser. For people who change the code; refused in production.",
    )
    training: bool = _setting(
        readers.read_flag,
        kind="yes or no",
        default="no",
        meaning="Marks every page as training data, and offers a second factor instead of demanding it.",
    )
    state: Path | None = _setting(
        readers.read_path_or_unset,
        kind="file",
        shown_default="a fictional State",
        meaning="The State that this installation serves: country, areas, reference prefix, dated rules, with their sources.",
    )
    language: str = _setting(
        readers.read_choice(*LANGUAGES),
        kind="language",
        default="en",
        meaning="The language of pages for people who have chosen none: " + ", ".join(LANGUAGES) + ".",
    )
    time_zone: str = _setting(
        readers.read_time_zone,
        kind="time zone",
        default="UTC",
        meaning="The time zone that pages show, for example Africa/Nairobi.",
    )
    exit_address: str = _setting(
        readers.read_web_address,
        kind="address",
        default="https://www.wikipedia.org/",
        meaning="Where 'exit this page' leads: an ordinary page that tells nothing, best a weather page of the country.",
    )
    processes: int = _setting(
        readers.read_number(1, 64),
        kind="number",
        default="2",
        meaning="Processes of the web server; one a processor core.",
    )
    threads: int = _setting(
        readers.read_number(1, 64),
        kind="number",
        default="4",
        meaning="Threads in each process of the web server.",
    )
    upload_megabytes: int = _setting(
        readers.read_number(1, 500),
        kind="number",
        default="25",
        meaning="The largest file that may be uploaded, in megabytes.",
    )
    witnesses: tuple[str, ...] = _setting(
        readers.read_addresses,
        kind="addresses, comma between",
        shown_default="none: nobody outside can tell when the log is written anew",
        meaning="The witnesses to which the head of the log is sent each hour, best of two other organisations, for example https://witness.example.org.",
    )
    log_level: str = _setting(
        readers.read_choice(*LOG_LEVELS),
        kind="level",
        default="INFO",
        meaning="How much is logged: " + ", ".join(LOG_LEVELS) + ".",
    )
    connect_as: str = _setting(
        readers.read_choice("app", "worker", "owner", "keyd"),
        kind="role",
        default="app",
        meaning="The database role of this process. The commands set it by themselves; nobody else needs it.",
    )

    @property
    def is_embedded(self) -> bool:
        """Tell whether the database is the one in the data directory."""
        return not self.database_url

    @property
    def uses_https(self) -> bool:
        """Tell whether people come by https; production does unless it says no."""
        return not self.is_embedded if self.https is None else self.https

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Name the hosts that requests may ask for: those that people type, then the machine's own, for its watchers."""
        return (*self.hosts, "localhost", "127.0.0.1", "[::1]")

    @property
    def connection_url(self) -> str:
        """Give the address of the outside database for this process's role; empty when embedded."""
        special = {"owner": self.database_owner_url, "worker": self.database_worker_url}
        return special.get(self.connect_as) or self.database_url


def settings_table() -> tuple[SettingRow, ...]:
    """List every variable with its kind, default and meaning, as the reference prints them."""
    return tuple(
        SettingRow(
            variable=variable,
            kind=described.kind,
            default=described.shown_default,
            meaning=described.meaning,
            is_secret=described.is_secret,
        )
        for variable, described in _described().items()
    )


def read_environment(variables: Mapping[str, str]) -> Environment:
    """Read the settings out of environment variables, or raise `Misconfigured` with all that is wrong."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    for variable, described in _described().items():
        try:
            raw = _given(variables, variable, described)
            values[variable.removeprefix(PREFIX).lower()] = described.read(
                described.default if raw is None else raw
            )
        except ValueError as error:
            faults.append(f"{variable} {error}.")
    faults += _unknown(variables)
    if faults:
        raise Misconfigured(tuple(faults))
    environment = Environment(**values)
    faults = _contradictions(environment)
    if faults:
        raise Misconfigured(tuple(faults))
    return environment


def _described() -> dict[str, Setting]:
    return {PREFIX + each.name.upper(): each.metadata["setting"] for each in fields(Environment)}


def _given(variables: Mapping[str, str], variable: str, described: Setting) -> str | None:
    by_file = variables.get(f"{variable}_FILE", "") if described.is_secret else ""
    if by_file and variables.get(variable):
        raise ValueError(f"is set, and {variable}_FILE too; keep one of them")
    if not by_file:
        value = variables.get(variable, "").strip()
        return value or None
    try:
        return Path(by_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise ValueError(
            f"is to come from the file {by_file} ({variable}_FILE), which cannot be read: {reason}"
        ) from error


def _unknown(variables: Mapping[str, str]) -> list[str]:
    known = _described()
    names = set(known) | {f"{variable}_FILE" for variable, described in known.items() if described.is_secret}
    faults = []
    for variable in sorted(variables):
        if not variable.startswith(PREFIX) or variable in names:
            continue
        near = get_close_matches(variable, names, n=1, cutoff=0.7)
        advice = (
            f"did you mean {near[0]}?"
            if near
            else "take it away; `amparo settings` lists those that there are."
        )
        faults.append(f"{variable} is no setting; {advice}")
    return faults


def _contradictions(environment: Environment) -> list[str]:
    if environment.is_embedded:
        return []
    faults = []
    if not environment.secret_key:
        faults.append(
            "AMPARO_SECRET_KEY is not set, and AMPARO_DATABASE_URL makes this a production installation. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(64))' and hand it over by AMPARO_SECRET_KEY_FILE."
        )
    if not environment.hosts:
        faults.append(
            "AMPARO_HOSTS is not set. Name the hosts that people type, for example AMPARO_HOSTS=amparo.example.org."
        )
    if environment.debug:
        faults.append(
            "AMPARO_DEBUG is yes in production, where it would show personal data in faults. Take it away."
        )
    return faults
