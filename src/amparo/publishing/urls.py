"""Name the pages of the release desk."""

from django.urls import path

from amparo.publishing.views import drafting, reading, research, steps

app_name = "publishing"
urlpatterns = [
    path("", reading.releases, name="list"),
    path("research/", research.proposals, name="proposals"),
    path("research/<uuid:proposal>/", research.proposal, name="proposal"),
    path("research/<uuid:proposal>/review/", research.review, name="proposal-review"),
    path("research/<uuid:proposal>/grant/", research.grant, name="proposal-grant"),
    path("research/<uuid:proposal>/end/", research.end, name="proposal-end"),
    path("<uuid:release>/", reading.release, name="release"),
    path("<uuid:release>/change/", drafting.change, name="change"),
    path("<uuid:release>/remove/", steps.remove, name="remove"),
    path("<uuid:release>/recheck/", steps.recheck, name="recheck"),
    path("<uuid:release>/propose/", drafting.propose, name="propose"),
    path("<uuid:release>/take-up/", steps.take_up, name="take-up"),
    path("<uuid:release>/note/", steps.note, name="note"),
    path("<uuid:release>/clear/", steps.clear, name="clear"),
    path("<uuid:release>/refuse/", steps.refuse, name="refuse"),
    path("<uuid:release>/ask/", steps.ask, name="ask"),
    path("<uuid:release>/withdraw/", steps.withdraw, name="withdraw"),
]
