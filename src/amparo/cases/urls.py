"""The addresses of cases. A case is named by its reference, what belongs to it by a number that tells nothing."""

from __future__ import annotations

from django.urls import path, register_converter

from amparo.cases.rules.sections import Subject, sections_of
from amparo.cases.views import (
    asking,
    changing,
    closing,
    emergencies,
    erasing,
    files,
    lists,
    lost,
    moving,
    opening,
    own_record,
    papers,
    printing,
    seen,
    unit,
)


class ReferenceConverter:
    """A case's reference, as people type it; the getter decides whether there is such a case."""

    regex = "[0-9A-Za-z]{2,4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]"

    def to_python(self, value: str) -> str:
        """Leave the text to the getter."""
        return value

    def to_url(self, value: str) -> str:
        """Return the reference as it is."""
        return value


class SectionConverter(ReferenceConverter):
    """One of the sections of a person or a case."""

    regex = "|".join(section.code for section in sections_of(Subject.PERSON, Subject.CASE))


class EpisodeSectionConverter(ReferenceConverter):
    """One of the sections of an episode."""

    regex = "|".join(section.code for section in sections_of(Subject.EPISODE))


register_converter(ReferenceConverter, "reference")
register_converter(SectionConverter, "case_section")
register_converter(EpisodeSectionConverter, "episode_section")

app_name = "cases"
urlpatterns = [
    path("", lists.case_list, name="list"),
    path("new/", opening.new, name="new"),
    path("emergency/", emergencies.emergency, name="emergency"),
    path("emergency/<uuid:opening>/", emergencies.emergency_record, name="emergency-record"),
    path("lists/", lists.filters, name="filters"),
    path("lists/<uuid:filter_id>/remove/", lists.filter_remove, name="filter-remove"),
    path("nobody-left/", lost.lost, name="lost"),
    path("nobody-left/everywhere/", lost.lost_everywhere, name="lost-everywhere"),
    path("told/", unit.told, name="messages"),
    path("own-record/", own_record.own_record, name="own-record"),
    path("<reference:reference>/", files.detail, name="detail"),
    path("<reference:reference>/purpose/", asking.purpose, name="purpose"),
    path("<reference:reference>/person/", files.person, name="person"),
    path("<reference:reference>/what-happened/", files.episodes, name="episodes"),
    path("<reference:reference>/notes/", files.notes, name="notes"),
    path("<reference:reference>/documents/", papers.documents, name="documents"),
    path("<reference:reference>/timeline/", files.timeline, name="timeline"),
    path("<reference:reference>/access/", files.access, name="access"),
    path("<reference:reference>/who-saw/", seen.seen, name="seen"),
    path("<reference:reference>/who-saw/for-her/", seen.told, name="told"),
    path("<reference:reference>/change/<case_section:code>/", changing.section, name="section"),
    path("<reference:reference>/what-happened/new/", changing.episode_new, name="episode-new"),
    path(
        "<reference:reference>/what-happened/<uuid:episode>/<episode_section:code>/",
        changing.episode_section,
        name="episode-section",
    ),
    path(
        "<reference:reference>/what-happened/<uuid:episode>/operation/",
        changing.episode_operation,
        name="episode-operation",
    ),
    path("<reference:reference>/notes/new/", papers.note, name="note"),
    path("<reference:reference>/documents/new/", papers.document_new, name="document-new"),
    path("<reference:reference>/documents/<uuid:document>/", papers.document, name="document"),
    path("<reference:reference>/closing/", closing.clearance, name="clearance"),
    path("<reference:reference>/readers/", lost.readers, name="readers"),
    path("<reference:reference>/away/", closing.wall, name="wall"),
    path("<reference:reference>/known/", closing.declaration, name="declaration"),
    path("<reference:reference>/tell/", unit.tell, name="tell"),
    path("<reference:reference>/release/", unit.release, name="release"),
    path("<reference:reference>/move/", moving.move, name="move"),
    path("<reference:reference>/assign/", moving.assign, name="assign"),
    path("<reference:reference>/erase/", erasing.erase, name="erase"),
    path("<reference:reference>/summary/", printing.summary_pdf, name="summary-pdf"),
]
