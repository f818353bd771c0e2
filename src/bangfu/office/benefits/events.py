"""What this app writes to the log."""

from bangfu.office.audit.api import declare

BEGUN = declare("benefits.begun", "待遇开始", "entitlement begun")
CHANGED = declare("benefits.changed", "待遇变更", "entitlement changed")
STOPPING = declare("benefits.stopping", "待遇待停发或渐退", "entitlement to be stopped or phased out")
STOPPED = declare("benefits.stopped", "待遇停止", "entitlement stopped")
RESTORED = declare("benefits.restored", "待遇恢复", "entitlement restored")
PAID_ONCE = declare("benefits.paid_once", "一次性救助", "paid once")
TAKEN_OVER = declare("benefits.taken_over", "接收在册待遇", "benefits on record taken over")
EXPORTED = declare("benefits.exported", "导出待遇名单", "entitlements exported", "read")
CLUE = declare("benefits.clue", "登记返贫致贫线索", "clue of monitoring registered")
TRANSFER = declare("benefits.transfer", "户的转出和转入", "household handed over to another area")
