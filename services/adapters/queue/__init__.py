"""The job table: the truth about work to be done. A job is written in the transaction of its cause, held by a worker for a lease,
and completed only by the attempt that holds it; so a killed worker, a lost broker or a restart costs time, never a job."""

from __future__ import annotations

from services.adapters.queue.kinds import BATCH, CANCELLED, NORMAL, SOON, Job, JobKind, Lane, job, job_kinds, scrub
from services.adapters.queue.table import Queue
from services.adapters.queue.watching import JobRecord

__all__ = ["CANCELLED", "BATCH", "NORMAL", "SOON", "Job", "JobKind", "JobRecord", "Lane", "Queue", "job", "job_kinds", "scrub"]
