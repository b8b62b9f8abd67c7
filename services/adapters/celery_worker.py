"""`python -m services.adapters.celery_worker PROCESSES LANES MODULE…`: Celery's worker of this installation, as the settings say."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from services.adapters.celery_app import celery_app, queue_name
from services.adapters.logs import log_to_stderr
from services.adapters.settings import Settings

_LOOK_SECONDS = 2.0
_STOP_SECONDS = 40.0


def main() -> int:
    processes, lanes, *modules = sys.argv[1:]
    settings = Settings()
    log_to_stderr(as_json=settings.log_json)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    app = celery_app(settings, tuple(modules))
    queues = ",".join(queue_name(lane) for lane in lanes.split(","))
    app.worker_main(
        ["worker", "--pool=prefork", f"--concurrency={processes}", f"--queues={queues}", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]
    )
    return 0


def _end_with(parent: int) -> None:
    """Nobody keeps house for a worker whose parent is gone: it is another's turn."""
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_SECONDS)  # without its broker Celery may wait for ever for a clean end; its jobs are done again elsewhere
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
