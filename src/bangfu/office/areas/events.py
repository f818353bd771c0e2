"""What this app writes to the log."""

from bangfu.office.audit.api import declare

AREA_ADDED = declare("areas.added", "新增行政区划", "area added")
AREA_RENAMED = declare("areas.renamed", "行政区划更名", "area renamed")
AREA_ENDED = declare("areas.ended", "行政区划停用", "area ended")
AREAS_CHANGED = declare("areas.changed", "行政区划变更", "areas merged, split or recoded")
AREAS_IMPORTED = declare("areas.imported", "导入行政区划", "areas imported")
GROUP_ADDED = declare("areas.group_added", "新增村民组", "group added")
GROUP_MOVED = declare("areas.group_moved", "村民组划转", "group moved")
BOUNDARIES_IMPORTED = declare("areas.boundaries_imported", "导入边界", "boundaries imported")
