"""The blind indexes of reports, which a change of the master key makes again."""

from __future__ import annotations

from bangfu.office.privacy.api import Index, declare_index
from bangfu.office.registry import api as registry

declare_index(Index("intake.Report", "id_sealed", "id_index", "id", lambda text: registry.index_of(registry.ID, text)))
declare_index(
    Index("intake.Report", "phone_sealed", "phone_index", "phone", lambda text: registry.index_of(registry.PHONE, text))
)
