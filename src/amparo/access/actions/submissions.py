"""Carry out what was sent twice only once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from amparo.access.models import Submission
from amparo.access.rules import Viewer

KEPT_OF_PROGRAMS = timedelta(hours=24)
KEPT_OF_FORMS = timedelta(days=30)  # a page may stay open over a holiday, and be sent then


class OtherContent(ValueError):
    """The same key came before with other content."""


@transaction.atomic
def once(
    viewer: Viewer, *, submission: UUID, make: Callable[[], str], now: datetime, fingerprint: str = ""
) -> str:
    """Call `make` for the first arrival of a submission and give its result to every later one.

    A second arrival waits until the first is through; when the first fails, the second may try. With a `fingerprint` of
    its content the submission is a program's: another content under the same number is refused by `OtherContent`, and
    after 24 hours the number is forgotten.
    """
    if fingerprint:
        _same(viewer, submission).filter(at__lt=now - KEPT_OF_PROGRAMS).delete()
    try:
        with transaction.atomic():
            first = Submission.objects.create(
                user_id=viewer.user_id, submission=submission, fingerprint=fingerprint, at=now
            )
    except IntegrityError:
        earlier = _same(viewer, submission).get()
        if earlier.fingerprint != fingerprint:
            raise OtherContent("This key came before with other content.") from None
        return earlier.result
    result = make()
    Submission.objects.filter(pk=first.pk).update(result=result)
    return result


def forget_submissions(*, now: datetime) -> int:
    """Remove the forms and requests that nobody will send again any more, with the answers kept for programs."""
    old_forms = Q(fingerprint="", at__lt=now - KEPT_OF_FORMS)
    old_requests = ~Q(fingerprint="") & Q(at__lt=now - KEPT_OF_PROGRAMS)
    return Submission.objects.filter(old_forms | old_requests).delete()[0]


def _same(viewer: Viewer, submission: UUID) -> QuerySet[Submission]:
    submissions = Submission.objects.filter(submission=submission)
    if viewer.user_id is None:
        return submissions.filter(user__isnull=True)
    return submissions.filter(user_id=viewer.user_id)
