"""What this app writes to the log. Words never stand there in the open: they are sealed with the complaint."""

from bangfu.office.audit.api import declare

RECEIVED = declare("grievance.received", "收到信访投诉", "complaint received")
READ = declare("grievance.read", "查看信访投诉", "complaint read", "read")
MOVED = declare("grievance.moved", "办理信访投诉", "complaint moved on")
CONCERNS = declare("grievance.concerns", "登记所涉人员", "whom a complaint concerns was registered")
LETTER = declare("grievance.letter", "打开信访答复文书", "letter of a complaint opened", "read")
