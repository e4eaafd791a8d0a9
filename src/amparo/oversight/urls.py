"""The addresses of what watches over reading."""

from __future__ import annotations

from django.urls import path

from amparo.oversight.views import log, readings

app_name = "oversight"
urlpatterns = [
    path("mine/", readings.mine, name="mine"),
    path("mine/<uuid:reading>/", readings.explain, name="explain"),
    path("drawn/", readings.drawn, name="drawn"),
    path("drawn/<uuid:reading>/", readings.judge, name="judge"),
    path("alerts/", log.alerts, name="alerts"),
    path("log/", log.state, name="log"),
    path("log/head/", log.head, name="head"),
    path("log/invented/", log.canaries, name="canaries"),
    path("log/invented/end/", log.canary_end, name="canary-end"),
]
