"""How gunicorn serves Amparo. Read by gunicorn as its configuration file (`python:amparo.config.serving`)."""

from __future__ import annotations

import os
import threading
from typing import Any

from amparo.config.environment import read_environment
from amparo.config.logging import logging_configuration
from amparo.config.memory import collect_seldom
from amparo.config.processes import die_with_parent

SECONDS_BEFORE_LOADING = 3

_environment = read_environment(os.environ)

wsgi_app = "amparo.config.wsgi"
worker_class = "gthread"
preload_app = True  # loaded once, then shared by the processes
workers = _environment.processes
threads = _environment.threads
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 4094
accesslog = None  # it would hold paths, and a path holds a reference
logconfig_dict = logging_configuration(_environment.log_level)  # gunicorn's own messages hold paths too
control_socket_disable = True
proc_name = "amparo"
forwarded_allow_ips = "*"  # what proxies say is weighed in `middleware.behind_proxies`, and there alone
secure_scheme_headers: dict[str, str] = {}
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # gunicorn's heartbeat file, without content


def on_starting(server: Any) -> None:
    """Stop with the command that started us."""
    die_with_parent()


def post_worker_init(worker: Any) -> None:
    """Look after jobs of killed workers here too: who looks after them must not be one of them."""
    from amparo.config.rescuing import rescue_in_background

    rescue_in_background()
    loading = threading.Timer(SECONDS_BEFORE_LOADING, _settle)
    loading.daemon = True
    loading.start()


def _settle() -> None:
    """Load what counts tables, so that the first reader of a table does not wait for it; the first page comes before."""
    import ibis

    _ = ibis.duckdb
    collect_seldom()
