"""What this app writes to the log."""

from bangfu.office.audit.api import declare

UPLOADED = declare("imports.uploaded", "上传导入文件", "file uploaded for import")
MAPPED = declare("imports.mapped", "更正列的对应", "columns mapped by hand")
COMMITTED = declare("imports.committed", "导入一批数据", "batch imported")
ACCEPTED = declare("imports.accepted", "采用部门数据文件", "bureau file accepted")
CANCELLED = declare("imports.cancelled", "取消导入", "import cancelled")
DISCARDED = declare("imports.discarded", "放弃导入", "import discarded")
WITHDRAWN = declare("imports.withdrawn", "撤回一批导入", "batch withdrawn")
RETURNED = declare("imports.returned", "下载标注错误的工作簿", "marked workbook downloaded", "read")
