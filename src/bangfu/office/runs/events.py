"""What this app writes to the log."""

from bangfu.office.audit.api import declare

STARTED = declare("runs.started", "启动月度比对", "monthly run started")
CANCELLED = declare("runs.cancelled", "取消月度比对", "monthly run cancelled")
FINISHED = declare("runs.finished", "月度比对完成", "monthly run finished")
FAILED = declare("runs.failed", "月度比对失败", "monthly run failed")
INTERRUPTED = declare("runs.interrupted", "月度比对中断", "monthly run interrupted")
EXPORTED = declare("runs.exported", "导出比对结果", "findings exported", "read")
WORKLIST_TAKEN = declare("runs.worklist", "下载核查清单", "worklist downloaded", "read")
