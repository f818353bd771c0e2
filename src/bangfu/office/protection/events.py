"""What this app writes to the log; the erasure itself is the registry's event."""

from bangfu.office.audit.api import declare

ERASURE_REQUESTED = declare("protection.requested", "提出删除个人资料", "erasure of personal data requested")
ERASURE_REFUSED = declare("protection.refused", "不同意删除个人资料", "erasure of personal data refused")
ERASURE_WITHDRAWN = declare("protection.withdrawn", "撤回删除申请", "request to erase withdrawn")
