"""Name the pages of figures. What a table shows stands in the query, so that a table is a link."""

from django.urls import path

from amparo.evidence import views

app_name = "evidence"
urlpatterns = [
    path("", views.tables, name="tables"),
    path("table/", views.table, name="table"),
    path("download/", views.download, name="download"),
    path("snapshots/", views.snapshots, name="snapshots"),
    path("snapshots/<uuid:snapshot>/", views.snapshot, name="snapshot"),
    path("snapshots/<uuid:snapshot>/facts/", views.facts, name="facts"),
    path("facts/<uuid:act>/", views.collect, name="collect"),
]
