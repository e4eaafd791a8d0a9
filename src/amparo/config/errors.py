"""What people see when a request cannot be answered at all."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from amparo.config.uploads import UploadRefused
from amparo.ui import errors


def server_error(request: HttpRequest) -> HttpResponse:
    """Say whether a file could not be taken in, the database is away (503: wait, nothing is lost), or something broke (500)."""
    fault = sys.exc_info()[1]
    if isinstance(fault, UploadRefused):
        return errors.file_refused(request, str(fault), status=fault.status)
    while fault is not None:
        if isinstance(fault, OperationalError | InterfaceError):
            return errors.unavailable(request)
        fault = fault.__cause__ or fault.__context__
    return errors.server_error(request)
