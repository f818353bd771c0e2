"""What this app writes to the log."""

from bangfu.office.audit.api import declare

ACCESS_REFUSED = declare("accounts.refused", "访问被拒绝", "access refused", "refusal")
LOGGED_IN = declare("accounts.logged_in", "登录", "logged in", "system")
LOGIN_FAILED = declare("accounts.login_failed", "登录失败", "login failed", "refusal")
USER_INVITED = declare("accounts.invited", "建立账户", "account created")
USER_CLOSED = declare("accounts.closed", "停用账户", "account closed")
ROLE_GRANTED = declare("accounts.role_granted", "授予角色", "role granted")
ROLE_ENDED = declare("accounts.role_ended", "终止角色", "role ended")
