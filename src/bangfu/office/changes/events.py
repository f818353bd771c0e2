"""What this app writes to the log."""

from bangfu.office.audit.api import declare

PROPOSED = declare("changes.proposed", "提出变更", "change proposed")
CONFIRMED = declare("changes.confirmed", "确认变更", "change confirmed")
RETURNED = declare("changes.returned", "退回变更", "change sent back")
WITHDRAWN = declare("changes.withdrawn", "撤回变更", "change withdrawn by its proposer")
QUEUED = declare("changes.queued", "变更排队", "change queued")
APPLIED = declare("changes.applied", "变更生效", "change took effect")
CONFLICTED = declare("changes.conflicted", "变更冲突", "change met a conflict")
RESOLVED = declare("changes.resolved", "处理变更冲突", "conflict of a change resolved")
UNDONE = declare("changes.undone", "变更被撤销", "change undone")
WINDOW_SET = declare("changes.window_set", "设定窗口期", "change window set")
WINDOW_ENDED = declare("changes.window_ended", "结束窗口期", "change window ended")
RECONCILED = declare("changes.reconciled", "与国家系统核对", "reconciled with the national export")
COMPARED = declare("changes.compared", "核对完成", "comparison finished")
