"""The only door to this app."""

from bangfu.office.accounts.api import Actor
from bangfu.office.imports.actions import upload
from bangfu.office.imports.models import Batch
from bangfu.office.imports.queries import BureauFile, batches, bureau_files, waiting
from bangfu.office.imports.relocation import count_moving, relocate
from bangfu.office.imports.storage import refuse_bomb
from bangfu.office.imports.tidying import clear_out

__all__ = [
    "Batch",
    "BureauFile",
    "batches",
    "bureau_files",
    "check_now",
    "clear_out",
    "count_moving",
    "refuse_bomb",
    "relocate",
    "upload",
    "waiting",
]


def check_now(batch: Batch, actor: Actor) -> Batch:
    """Read and judge an uploaded file in this process, and mark its workbook: what the demo does instead of waiting."""
    from bangfu.office.imports import tasks

    tasks.check.func(batch.pk, actor.user_id)
    tasks.mark.func(batch.pk)
    batch.refresh_from_db()
    return batch
