"""The addresses of what is published. They stay: a version that was replaced or withdrawn still answers at its own."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from amparo.publishing.export.catalogue import MEDIA_TYPES
from amparo.publishing.public import views


class NumberConverter(StringConverter):
    """The number of a release, as `publishing.rules.number_of` gives it; no other text has an address here."""

    regex = "R-[0-9]{4}-[0-9]{4,9}"


class FormConverter(StringConverter):
    """One of the forms in which a table is handed out."""

    regex = "|".join(MEDIA_TYPES)


register_converter(NumberConverter, "release_number")
register_converter(FormConverter, "table_form")

app_name = "data"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("research/", views.research, name="research"),
    path("catalog.jsonld", views.catalogue_record, name="catalogue-record"),
    path("<release_number:number>/", views.release, name="release"),
    path("<release_number:number>/record.jsonld", views.record, name="record"),
    path("<release_number:number>/table-<int:table>.<table_form:form>", views.table, name="table"),
    path("<release_number:number>/file-<int:position>", views.file, name="file"),
]
