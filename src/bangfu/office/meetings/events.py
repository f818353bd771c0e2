"""What this app writes to the log."""

from bangfu.office.audit.api import declare

CALLED = declare("meetings.called", "召集会议", "meeting called")
CHANGED = declare("meetings.changed", "修改会议安排", "arrangements of a meeting changed")
HELD = declare("meetings.held", "会议签到", "meeting held, attendance registered")
VOTED = declare("meetings.voted", "登记表决", "votes registered")
CLOSED = declare("meetings.closed", "会议办结，记录封存", "meeting closed and frozen")
DROPPED = declare("meetings.dropped", "取消会议", "meeting cancelled")
FILE_ADDED = declare("meetings.file_added", "登记会议照片或签到表", "photo or sign-in sheet of a meeting added")
FILE_READ = declare("meetings.file_read", "打开会议照片或签到表", "photo or sign-in sheet opened", "read")
MINUTES_READ = declare("meetings.minutes", "打开会议记录", "minutes opened", "read")
MEMBER_ADDED = declare("meetings.member_added", "登记评议人员", "member entitled to vote registered")
MEMBER_ENDED = declare("meetings.member_ended", "评议人员任期结束", "a member's term ended")
RELATIVE_FILED = declare("meetings.relative_filed", "近亲属备案", "near relative registered")
RELATIVE_ENDED = declare("meetings.relative_ended", "近亲属备案终止", "registration of a near relative ended")
TASK_ADDED = declare("meetings.task_added", "登记决定事项", "task decided by a meeting")
TASK_DONE = declare("meetings.task_done", "决定事项办结", "task of a meeting done")
