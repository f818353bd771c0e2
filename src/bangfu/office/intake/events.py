"""What this app writes to the log."""

from bangfu.office.audit.api import declare

APPLIED = declare("intake.applied", "一门受理", "application taken at the one window")
RECEIPT_PRINTED = declare("intake.receipt", "打印受理回执", "receipt of an application printed", "read")
REPORTED = declare("intake.reported", "群众自主申报", "somebody reported a need")
REPORT_READ = declare("intake.report_read", "查看自主申报", "a report was read", "read")
REPORT_MATCHED = declare("intake.report_matched", "自主申报对应到户", "a report was matched to a household")
REPORT_TURNED = declare("intake.report_turned", "自主申报转为申请", "a report became an application")
REPORT_ANSWERED = declare("intake.report_answered", "答复自主申报", "a report was answered")
REPORT_JOINED = declare("intake.report_joined", "自主申报并入已有事项", "a report was joined to what is open already")
LOOKED_UP = declare("intake.looked_up", "凭回执号查询进度", "state asked by a receipt's number", "read")
LOOKUP_FAILED = declare("intake.lookup_failed", "查询进度未成", "a question for the state failed", "read")
OBJECTED = declare("intake.objected", "网上提出异议", "objection on the web")
OBJECTION_READ = declare("intake.objection_read", "查看异议内容", "an objection was read", "read")
BUREAU_READ = declare("intake.bureau_read", "部门查看办件", "a bureau looked at a case", "read")
