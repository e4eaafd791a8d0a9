"""The addresses of the first page and the search."""

from __future__ import annotations

from django.urls import path

from amparo.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("search/known/", views.known, name="known"),
]
