"""Addresses of the design system."""

from django.urls import path

from amparo.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("example/<slug:example>", views.example, name="example"),
    path("language", views.set_language, name="set-language"),
    path("exit", views.leave, name="exit"),
    path("hide-visit", views.hide_visit, name="hide-visit"),
]
