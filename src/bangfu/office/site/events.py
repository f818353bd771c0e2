"""What the site itself writes to the log."""

from bangfu.office.audit.api import declare

DEMO_LOADED = declare("site.demo_loaded", "载入示例数据", "demo data loaded", "system")
