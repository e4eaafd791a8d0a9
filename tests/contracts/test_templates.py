"""Templates hold nothing that the content security policy or escaping forbids, and compile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.templates import SOURCES, faults_of, templates


def test_templates() -> None:
    assert [
        f"{path.relative_to(SOURCES)}: {fault}" for path in templates() for fault in faults_of(path)
    ] == []


@pytest.mark.parametrize(
    "line",
    [
        "<script>alert(1)</script>",
        '<p style="color: red">x</p>',
        '<button onclick="go()">x</button>',
        "{{ note|safe }}",
        "{% autoescape off %}x{% endautoescape %}",
        '<div hx-on:click="x">',
        "<div hx-vals='js:{a: 1}'>",
        '<img src="//elsewhere.example/x.png">',
        "{% no_such_tag %}",
        '{% load static %}<link rel="stylesheet" href="{% static "ui/nowhere.css" %}">',
        "\n" * 61,
    ],
)
def test_planted_fault_is_found(tmp_path: Path, line: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(line + "\n")
    assert faults_of(page)


def test_plain_template_is_good(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<script type="module" src="/static/x.js"></script><p class="a">{{ note }}</p>\n')
    assert faults_of(page) == []
