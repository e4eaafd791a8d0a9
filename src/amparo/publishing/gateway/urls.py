"""Name the pages of researchers. The files of a release stand at the same ends of an address as on the pages for everybody."""

from django.urls import path

from amparo.publishing.gateway import views
from amparo.publishing.public.urls import NumberConverter

assert NumberConverter.regex  # whose module names the parts of the addresses below

app_name = "gateway"
urlpatterns = [
    path("", views.proposals, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:proposal>/", views.proposal, name="proposal"),
    path("<uuid:proposal>/change/", views.change, name="change"),
    path("<uuid:proposal>/step/", views.step, name="step"),
    path("<uuid:proposal>/more-time/", views.more_time, name="more-time"),
    path("<uuid:proposal>/report/", views.report, name="report"),
    path("<uuid:proposal>/<release_number:number>/", views.data, name="data"),
    path(
        "<uuid:proposal>/<release_number:number>/table-<int:table>.<table_form:form>",
        views.table,
        name="table",
    ),
    path("<uuid:proposal>/<release_number:number>/file-<int:position>", views.file, name="file"),
    path("<uuid:proposal>/<release_number:number>/file-<int:position>/table/", views.output, name="output"),
]
