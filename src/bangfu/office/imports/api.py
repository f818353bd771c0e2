"""The only door to this app."""

from bangfu.office.imports.models import Batch
from bangfu.office.imports.queries import BureauFile, batches, bureau_files

__all__ = ["Batch", "BureauFile", "batches", "bureau_files"]
