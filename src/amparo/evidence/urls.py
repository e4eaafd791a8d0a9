"""Name the pages of figures. What a table shows stands in the query, so that a table is a link."""

from django.urls import path

from amparo.evidence.views import figures, proposals, studies

app_name = "evidence"
urlpatterns = [
    path("", figures.tables, name="tables"),
    path("table/", figures.table, name="table"),
    path("release/", proposals.table, name="propose"),
    path("release/file/", proposals.file, name="propose-file"),
    path("download/", figures.download, name="download"),
    path("snapshots/", figures.snapshots, name="snapshots"),
    path("snapshots/<uuid:snapshot>/", figures.snapshot, name="snapshot"),
    path("snapshots/<uuid:snapshot>/facts/", figures.facts, name="facts"),
    path("facts/<uuid:act>/", figures.collect, name="collect"),
    path("studies/", studies.studies, name="studies"),
    path("studies/new/", studies.new, name="study-new"),
    path("studies/<uuid:study>/", studies.study, name="study"),
    path("studies/<uuid:study>/again/", studies.again, name="study-again"),
    path("studies/<uuid:study>/stop/", studies.stop, name="study-stop"),
    path("studies/<uuid:study>/release/", proposals.study, name="study-propose"),
    path("studies/<uuid:study>/report/", studies.report, name="study-report"),
    path("studies/<uuid:study>/compare/<uuid:earlier>/", studies.compare, name="study-compare"),
]
