"""What runs in the background."""

from __future__ import annotations

import logging

from django.utils import timezone
from django_tasks import task

from bangfu.office.audit.models import Verification
from bangfu.office.audit.verify import verify

log = logging.getLogger("bangfu.audit")


@task()
def verify_log(pk: int) -> None:
    """Read the whole log and keep what was found."""
    row = Verification.objects.get(pk=pk)
    try:
        report = verify()
    except Exception:
        log.exception("verification %s", pk)
        row.failed = True
    else:
        row.rows, row.total, row.head = report.rows, report.total, report.head
        row.findings = [{"zh": finding.text("zh"), "en": finding.text("en")} for finding in report.found]
        if report.total:
            log.error("the audit log is not whole: %s findings", report.total)
    row.finished_at = timezone.now()
    row.save()
