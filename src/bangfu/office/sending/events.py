"""What this app writes to the log. No row holds a telephone."""

from bangfu.office.audit.api import declare

QUEUED = declare("sending.queued", "短信待发", "text message queued")
TRIED = declare("sending.tried", "读取电话发送短信", "telephone read to send a text message")
ENDED = declare("sending.ended", "短信发送结果", "outcome of a text message")
AGAIN = declare("sending.again", "重新发送短信", "text message to be sent again")
REFUSED = declare("sending.opt_out", "登记不接收短信", "household wants no text messages")
ALLOWED = declare("sending.opt_in", "恢复接收短信", "household wants text messages again")
