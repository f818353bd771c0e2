"""What this app writes to the log."""

from bangfu.office.audit.api import declare

HOUSEHOLD_ADDED = declare("registry.household.added", "新增户", "household added")
HOUSEHOLD_CHANGED = declare("registry.household.changed", "变更户信息", "household changed")
HOUSEHOLD_REOPENED = declare("registry.household.reopened", "恢复户", "household reopened")
HOUSEHOLD_CLOSED = declare("registry.household.closed", "销户", "household closed")
PERSON_ADDED = declare("registry.person.added", "新增人", "person added")
PERSON_CHANGED = declare("registry.person.changed", "变更人信息", "person changed")
PERSON_LEFT = declare("registry.person.left", "人员减少", "person left")
MEMBERSHIP_CHANGED = declare("registry.membership.changed", "户成员变动", "membership changed")
RECORD_ADDED = declare("registry.record.added", "新增记录", "record added")
RECORD_WITHDRAWN = declare("registry.record.withdrawn", "撤回记录", "record withdrawn")
RECORD_RESTORED = declare("registry.record.restored", "恢复记录", "record restored")
EPISODE_ADDED = declare("registry.episode.added", "身份开始", "status began")
EPISODE_ENDED = declare("registry.episode.ended", "身份结束", "status ended")
UNMASKED = declare("registry.unmasked", "查看完整个人信息", "personal data seen in full", "read")
EXPORTED = declare("registry.exported", "导出", "exported", "read")
ERASED = declare("registry.erased", "删除个人资料", "personal data erased")
