"""What this app writes to the log."""

from bangfu.office.audit.api import declare

HELPER_SET = declare("pairing.helper", "登记帮扶干部", "helper registered")
HELPER_ENDED = declare("pairing.helper_ended", "帮扶干部离任", "helper left")
PAIRED = declare("pairing.paired", "结对", "household paired")
ENDED = declare("pairing.ended", "解除结对", "pairing ended")
PAIRED_IN_BULK = declare("pairing.bulk", "批量结对", "households paired in bulk")
HANDED_OVER = declare("pairing.handed_over", "交接帮扶户", "households handed over")
DUTY_SET = declare("pairing.duty", "登记“四个一”", "leader's assignment registered")
DUTY_ENDED = declare("pairing.duty_ended", "结束“四个一”的一项", "leader's assignment ended")
PLAN_CHANGED = declare("pairing.plan", "一户一策变更", "plan changed")
MEASURE_MOVED = declare("pairing.measure", "帮扶措施进展", "measure moved on")
PLAN_PRINTED = declare("pairing.plan_printed", "打印一户一策", "plan printed", "read")
EXPORTED = declare("pairing.exported", "导出结对帮扶的表", "table of pairing exported", "read")
CAMPAIGN_DRAFTED = declare("pairing.campaign", "拟定回头看", "campaign drafted")
CAMPAIGN_STARTED = declare("pairing.campaign_started", "启动回头看，名单定格", "campaign started, list frozen")
CAMPAIGN_DROPPED = declare("pairing.campaign_dropped", "放弃回头看", "campaign dropped")
CAMPAIGN_CLOSED = declare("pairing.campaign_closed", "回头看结束", "campaign closed")
LOOKED = declare("pairing.looked", "回头看查看一户", "household looked at")
FINDING_MOVED = declare("pairing.finding", "回头看问题整改", "finding moved on")
