"""What this app writes to the log."""

from bangfu.office.audit.api import declare

CROSSCHECK_STARTED = declare("means.crosscheck_started", "启动部门数据核对", "cross-check started")
CROSSCHECK_FINISHED = declare("means.crosscheck_finished", "部门数据核对完成", "cross-check finished", "system")
CROSSCHECK_ENDED = declare(
    "means.crosscheck_ended", "部门数据核对未完成", "cross-check ended without results", "system"
)
AUTHORISED = declare("means.authorised", "登记核对授权", "authorisation recorded")
WITHDRAWN = declare("means.withdrawn", "登记撤回授权", "authorisation withdrawn")
REPORTED = declare("means.reported", "出具核对报告", "means-check report made")
REFUSED = declare(
    "means.refused", "因无授权未出具核对报告", "means-check report refused for want of authorisation", "refusal"
)
READ = declare("means.read", "查看核对报告", "means-check report read", "read")
PRINTED = declare("means.printed", "下载核对报告", "means-check report downloaded", "read")
CONFLICTS_READ = declare("means.conflicts_read", "查看来源不一致", "contradictions between sources read", "read")
BATCH_DRAFTED = declare("means.batch_drafted", "拟定批量核对名单", "list for means-check reports drafted")
BATCH_CANCELLED = declare("means.batch_cancelled", "取消批量核对", "means-check reports in bulk cancelled")
BATCH_STARTED = declare("means.batch_started", "批量出具核对报告", "means-check reports started in bulk")
EXPORTED = declare("means.exported", "导出核对报告清单", "list of means-check reports exported", "read")
