"""What the site itself writes to the log."""

from bangfu.office.audit.api import declare

DEMO_LOADED = declare("site.demo_loaded", "载入示例数据", "demo data loaded", "system")
KEY_ADDED = declare("site.key_added", "启用新的主密钥", "new master key put in use", "system")
KEYS_ROTATED = declare("site.keys_rotated", "主密钥轮换完成", "rotation of the master key finished", "system")
