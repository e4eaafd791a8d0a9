"""Name the pages of bringing workbooks in and taking them out."""

from django.urls import path

from amparo.intake import views

app_name = "intake"

urlpatterns = [
    path("", views.import_workbook, name="import"),
    path("export/", views.export, name="export"),
    path("export/<uuid:act>/", views.collect, name="collect"),
    path("<uuid:batch>/", views.batch, name="batch"),
    path("<uuid:batch>/likely/", views.decide, name="decide"),
    path("<uuid:batch>/commit/", views.commit, name="commit"),
    path("<uuid:batch>/undo/", views.undo, name="undo"),
    path("<uuid:batch>/throw-away/", views.throw_away, name="throw-away"),
    path("<uuid:batch>/rows-to-mend/", views.rejected, name="rejected"),
]
