"""Every table there is. Whoever goes over all of them (migrations, moving, purging, sealing anew) takes the metadata from here, so that none is missed."""

from __future__ import annotations

from services.adapters.batches import tables as batch_tables
from services.adapters.queue import tables as queue_tables
from services.adapters.repository import fingerprints as fingerprint_tables
from services.adapters.repository import review_tables
from services.adapters.repository.tables import metadata

__all__ = ["batch_tables", "fingerprint_tables", "metadata", "queue_tables", "review_tables"]
