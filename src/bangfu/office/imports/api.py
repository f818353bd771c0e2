"""The only door to this app."""

from bangfu.office.imports.models import Batch
from bangfu.office.imports.queries import BureauFile, batches, bureau_files
from bangfu.office.imports.relocation import count_moving, relocate

__all__ = [
    "Batch",
    "BureauFile",
    "batches",
    "bureau_files",
    "count_moving",
    "relocate",
]
