"""What this app writes to the log."""

from bangfu.office.audit.api import declare

OPENED = declare("casework.opened", "立案", "case opened")
MOVED = declare("casework.moved", "办理事项", "case moved on")
PROPOSED = declare("casework.proposed", "拟定决定，待第二人签署", "decision drafted for a second person")
PROPOSAL_DROPPED = declare("casework.proposal_dropped", "退回拟定的决定", "drafted decision turned down")
DECIDED = declare("casework.decided", "作出决定", "decision made")
LETTER_READ = declare("casework.letter", "打开告知书", "letter opened", "read")
NOTICE_ISSUED = declare("casework.notice_issued", "出具公示", "public notice made")
NOTICE_POSTED = declare("casework.notice_posted", "登记公示张贴", "posting of a notice registered")
NOTICE_WITHDRAWN = declare("casework.notice_withdrawn", "撤下公示", "public notice withdrawn")
DELIVERED = declare("casework.delivered", "登记送达", "delivery of a letter registered")
CONTACT_SET = declare("casework.contact", "登记经办单位联系方式", "an office's address registered")
BULK_OPENED = declare("casework.bulk_opened", "批量立案", "cases opened in bulk")
BULK_MOVED = declare("casework.bulk_moved", "批量办理", "cases moved on in bulk")
BULK_HANDED = declare("casework.bulk_handed", "批量交办", "cases handed over in bulk")
BULK_DONE = declare("casework.bulk_done", "批量办理结束", "bulk action ended")
HANDED = declare("casework.handed", "交办", "step handed over")
SHARED_READ = declare("casework.shared_read", "打开共用材料", "shared document opened", "read")
