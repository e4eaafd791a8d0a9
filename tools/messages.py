"""Gather what is to be translated, bring the catalogues up to date, and compile them. Needs no gettext programs.

    python -m tools.messages            write the template and the catalogues, compile them
    python -m tools.messages --check    fail when they would change, and say what is missing in Arabic

Messages come from Python (`_`, `gettext`, `ngettext`, `pgettext`, `N_`), from templates, and from the labels of the code lists
(countries and languages are named by Babel, and are left out).
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "amparo"
CATALOGUES = PACKAGE / "ui" / "locale"
LANGUAGES = {"ar": "ar", "fr": "fr", "ru": "ru", "es": "es", "zh_Hans": "zh_Hans"}
COMPLETE = ("ar",)  # a missing translation fails the check
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
# The order of forms that translators of Arabic know: none, one, two, few (3 to 10), many (11 to 99), other.
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
}
KEYWORDS = {
    "_": None, "N_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
NAMED_BY_BABEL = {"country", "language"}
Found = tuple[str, int, object, list[str], str | None]


def main() -> int:
    """Write or check; returns the exit code."""
    is_check = "--check" in sys.argv[1:]
    template = _template()
    stale = _put(CATALOGUES / "django.pot", _po(template), is_check=is_check)
    missing = 0
    for folder, language in LANGUAGES.items():
        text = _po(_updated(folder, language, template), plural=PLURALS.get(language))
        catalogue = read_po(io.BytesIO(text), locale=language)
        catalogue.creation_date = catalogue.revision_date = UNDATED
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        place = CATALOGUES / folder / "LC_MESSAGES"
        stale |= _put(place / "django.po", text, is_check=is_check)
        stale |= _put(place / "django.mo", compiled.getvalue(), is_check=is_check)
        untranslated = [one for one in catalogue if one.id and not _is_translated(one)]
        if language in COMPLETE and untranslated:
            missing += len(untranslated)
            for one in untranslated[:20]:
                print(f"{language}: not translated: {one.id!r}")
    if missing:
        print(f"{missing} messages are not translated in a language that is to be complete.")
    if is_check and stale:
        print("The catalogues are not up to date: run make docs and commit them.")
    return 1 if is_check and (stale or missing) else 0


def _template() -> Catalog:
    catalogue = Catalog(project="Amparo", charset="utf-8", fuzzy=False)
    for path, line, message, comments, context in sorted(_found(), key=lambda one: (one[0], one[1])):
        if message and message != ("", ""):
            catalogue.add(message, locations=[(path, line)], auto_comments=comments, context=context)  # type: ignore[arg-type]
    return catalogue


def _found() -> Iterator[Found]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _in_python(path, path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.html")):
        yield from _in_python(path, _as_python(path))
    for path in sorted((PACKAGE / "vocab" / "codes").glob("*.yaml")):
        yield from _in_code_list(path)


def _in_python(path: Path, text: str) -> Iterator[Found]:
    source = io.BytesIO(text.encode())
    for line, message, comments, context in extract("python", source, KEYWORDS, ["Translators:"]):
        yield str(path.relative_to(ROOT)), line, message, comments, context


def _as_python(path: Path) -> str:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amparo.config.settings")
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure(USE_I18N=True)
    turned: str = templatize(path.read_text(encoding="utf-8"), origin=str(path.relative_to(ROOT)))
    return "\n".join(
        line.lstrip() for line in turned.splitlines()
    )  # the indentation of a page is none of Python


def _in_code_list(path: Path) -> Iterator[Found]:
    """Yield the title and the labels; of countries and languages the title alone, for Babel names them."""
    titled = "title: " if path.stem in NAMED_BY_BABEL else r"(?:title: |\s+label: )"
    label = re.compile(rf"""^{titled}"(.*)"\s*$""")
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = label.match(text)
        if match:
            yield str(path.relative_to(ROOT)), line, match[1].replace('\\"', '"'), [], None


def _updated(folder: str, language: str, template: Catalog) -> Catalog:
    path = CATALOGUES / folder / "LC_MESSAGES" / "django.po"
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
    else:
        catalogue = Catalog(locale=language, project="Amparo", charset="utf-8", fuzzy=False)
        catalogue.update(template, no_fuzzy_matching=True)
    return catalogue


def _po(catalogue: Catalog, *, plural: str | None = None) -> bytes:
    """Write without dates and line numbers, so that only a change of words changes the file."""
    written = io.BytesIO()
    write_po(written, catalogue, width=110, include_lineno=False, omit_header=False, sort_output=False)
    text = re.sub(
        r'^"(POT?-|Generated-By|Last-Translator|Language-Team|Report-Msgid).*\n',
        "",
        written.getvalue().decode(),
        flags=re.M,
    )
    text = re.sub(r"^# (Copyright|FIRST AUTHOR).*\n", "", text, flags=re.M)
    if plural is not None:
        text = re.sub(
            r'"Plural-Forms: (?:[^\n]*\n"?)*?[^\n]*;\\n"',
            lambda _: f'"Plural-Forms: {plural}\\n"',
            text,
            count=1,
        )
    return text.encode()


def _is_translated(message: Message) -> bool:
    words = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return all(words)


def _put(path: Path, content: bytes, *, is_check: bool) -> bool:
    """Write a file when its content changes; tells whether it would change."""
    if path.exists() and path.read_bytes() == content:
        return False
    if not is_check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return True


if __name__ == "__main__":
    raise SystemExit(main())
