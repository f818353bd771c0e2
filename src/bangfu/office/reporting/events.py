"""What this app writes to the log."""

from bangfu.office.audit.api import declare

DOCUMENT_MADE = declare("reporting.document.made", "生成公文", "official document made", "read")
LIST_MADE = declare("reporting.list.made", "生成名单", "list of households made", "read")
TEXT_CHECKED = declare("reporting.text.checked", "核对文稿数字", "figures of a text checked", "read")
FIGURE_OPENED = declare("reporting.figure.opened", "查看数字背后的户", "households behind a figure opened", "read")
FIGURES_EXPORTED = declare("reporting.figures.exported", "导出数字", "figures exported", "read")
FORM_UPLOADED = declare("reporting.form_uploaded", "上传表格填写", "form uploaded to be filled")
FORM_FILLED = declare("reporting.form_filled", "表格填好", "form filled")
FORM_FAILED = declare("reporting.form_failed", "表格未能填写", "form not filled")
FORM_CANCELLED = declare("reporting.form_cancelled", "取消填写表格", "filling of a form cancelled")
FORM_ANSWERED = declare("reporting.form_answered", "答复表格各列的含义", "columns of a form answered")
FORM_REFILLED = declare("reporting.form_refilled", "重新填写表格", "form filled again")
FORM_TAKEN = declare("reporting.form_taken", "导出填好的表", "filled form exported", "read")
FORM_REMOVED = declare("reporting.form_removed", "删除填好的表", "filled form removed")
ANSWER_FORGOTTEN = declare("reporting.answer_forgotten", "不再采用记住的答复", "remembered answer forgotten")
RANK_TARGETS_SET = declare("reporting.rank_targets_set", "设定排名目标", "targets of ranks set")
RANKS_EXPORTED = declare("reporting.ranks_exported", "导出排名表", "ranks exported", "read")
