"""What this app writes to the log."""

from bangfu.office.audit.api import declare

ACCESS_REFUSED = declare("accounts.refused", "访问被拒绝", "access refused", "refusal")
LOGGED_IN = declare("accounts.logged_in", "登录", "logged in", "system")
LOGGED_OUT = declare("accounts.logged_out", "退出", "logged out", "system")
LOGIN_FAILED = declare("accounts.login_failed", "登录失败", "login failed", "refusal")
LOCKED_OUT = declare("accounts.locked_out", "登录被锁定", "locked out", "refusal")
SECOND_STEP_FAILED = declare("accounts.second_step_failed", "验证失败", "verification failed", "refusal")
SECOND_STEP_CHANGED = declare("accounts.second_step_changed", "两步验证变更", "two-step verification changed")
SECOND_STEP_RESET = declare("accounts.second_step_reset", "管理员取消两步验证", "two-step verification reset")
PASSWORD_CHANGED = declare("accounts.password_changed", "修改密码", "password changed")
LINK_ISSUED = declare("accounts.link_issued", "发出设置密码的链接", "link to set a password issued")
LINK_USED = declare("accounts.link_used", "用链接设置密码", "password set by a link")
SESSION_ENDED = declare("accounts.session_ended", "结束会话", "session ended")
LANGUAGE_CHANGED = declare("accounts.language", "更改语言", "language changed")
USER_INVITED = declare("accounts.invited", "建立账户", "account created")
USER_CLOSED = declare("accounts.closed", "停用账户", "account closed")
USER_REOPENED = declare("accounts.reopened", "恢复账户", "account reopened")
ROLE_GRANTED = declare("accounts.role_granted", "授予角色", "role granted")
ROLE_ENDED = declare("accounts.role_ended", "终止角色", "role ended")
HANDED_OVER = declare("accounts.handed_over", "交接工作", "work handed over")
RELOCATED = declare("accounts.relocated", "任职随区划划转", "duty moved with its area")
