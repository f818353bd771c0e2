"""What this app writes to the log."""

from bangfu.office.audit.api import declare

BEGUN = declare("fieldwork.begun", "开始入户记录", "visit begun")
SAVED = declare("fieldwork.saved", "保存入户记录草稿", "draft of a visit saved")
SUBMITTED = declare("fieldwork.submitted", "提交入户记录", "visit handed in")
DISCARDED = declare("fieldwork.discarded", "删除入户记录草稿", "draft of a visit thrown away")
STATED = declare("fieldwork.stated", "入户查得的事实", "facts found in a visit")
SETTLED = declare("fieldwork.settled", "核定入户与登记不一致的一项", "difference between visit and registry settled")
FINDING_CLOSED = declare("fieldwork.finding_closed", "处理走访发现", "finding of a visit dealt with")
EXPORTED = declare("fieldwork.exported", "导出走访清单", "list of visits exported", "read")
