"""The addresses of what is published. They stay: a version that was replaced or withdrawn still answers at its own."""

from __future__ import annotations

from django.urls import path

from amparo.publishing.public import views

app_name = "data"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("catalog.jsonld", views.catalogue_record, name="catalogue-record"),
    path("<slug:number>/", views.release, name="release"),
    path("<slug:number>/record.jsonld", views.record, name="record"),
    path("<slug:number>/table-<int:table>.<slug:form>", views.table, name="table"),
    path("<slug:number>/file-<int:position>", views.file, name="file"),
]
