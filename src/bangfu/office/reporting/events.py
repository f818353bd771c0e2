"""Kinds of events of this app in the log."""

from bangfu.office.audit.api import declare

DOCUMENT_MADE = declare("reporting.document.made", "生成公文", "official document made", "read")
TEXT_CHECKED = declare("reporting.text.checked", "核对文稿数字", "figures of a text checked", "read")
FIGURE_OPENED = declare("reporting.figure.opened", "查看数字背后的户", "households behind a figure opened", "read")
FIGURES_EXPORTED = declare("reporting.figures.exported", "导出数字", "figures exported", "read")
