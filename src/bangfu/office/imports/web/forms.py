"""The form by which a file comes in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bangfu.core.files.manifest import read_manifest_file
from bangfu.office.accounts.api import BUREAUS, Actor
from bangfu.office.areas import api as areas
from bangfu.office.imports import tables
from bangfu.office.imports.models import SOURCES

_MANIFEST_BYTES = 64 * 1024


class UploadForm(forms.Form):
    """A file, whose it is, as of when; for a bureau's table also what it covers and by what right it is given."""

    file = forms.FileField(
        label=_("文件"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.csv,.txt,.parquet"})
    )
    place = forms.ChoiceField(label=_("区划或部门"))
    table = forms.ChoiceField(label=_("表"), required=False)
    as_of = forms.DateField(label=_("数据截至日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    source = forms.ChoiceField(label=_("来源"), choices=SOURCES)
    covers_areas = forms.CharField(label=_("覆盖的区划代码（用逗号分开）"), required=False, max_length=400)
    covers_from = forms.DateField(label=_("覆盖时间从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    covers_to = forms.DateField(label=_("到（不含）"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    legal_basis = forms.CharField(label=_("提供依据"), required=False, max_length=200)
    authorisation = forms.CharField(label=_("授权文号"), required=False, max_length=200)
    manifest = forms.FileField(label=_("或上传说明文件（.json、.yml）"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = tables.places(actor)
        names = areas.names([area for area, _bureau in places])
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (f"{area}/{bureau}", f"{names[area]}{' ' + str(BUREAUS[bureau]) if bureau else ''}")
            for area, bureau in places
        ]
        kinds = {kind.id: kind for area, bureau in places for kind in tables.allowed(actor, area, bureau)}
        language = get_language() or "zh-hans"
        self.fields["table"].choices = [("", _("自动识别")), *((k.id, k.label(language)) for k in kinds.values())]  # type: ignore[attr-defined]
        self.with_manifest = any(kind.bureau for kind in kinds.values())
        self.fields["as_of"].initial = timezone.localdate
        if places and places[0][1]:
            self.fields["source"].initial = "bureau_list"
        if places:
            self.fields["covers_areas"].initial = places[0][0]
        for name, field in self.fields.items():
            kind = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs.setdefault("class", kind)
            if self.is_bound and name in self.errors:
                field.widget.attrs["aria-invalid"] = "true"

    def clean_place(self) -> tuple[str, str]:
        """Area and bureau."""
        area, _slash, bureau = self.cleaned_data["place"].partition("/")
        return area, bureau

    def clean(self) -> dict[str, Any]:
        """With the manifest, from its file or from what was typed."""
        data: dict[str, Any] = super().clean() or {}
        data["manifest"] = self._from_file(data.get("manifest")) or self._typed(data)
        return data

    def _typed(self, data: dict[str, Any]) -> dict[str, Any] | None:
        codes = [
            code.strip() for code in (data.get("covers_areas") or "").replace("，", ",").split(",") if code.strip()
        ]
        if not (data.get("legal_basis") or data.get("covers_from") or data.get("covers_to")):
            return None
        if not codes or not all(code.isascii() and code.isdigit() for code in codes):
            self.add_error("covers_areas", _("请填写数字的区划代码，用逗号分开"))
            return None
        start, end = data.get("covers_from"), data.get("covers_to")
        if start and end and end <= start:
            self.add_error("covers_to", _("结束日期应晚于开始日期"))
            return None
        return _manifest(codes, start, end, data.get("as_of"), data.get("legal_basis"), data.get("authorisation"), "")

    def _from_file(self, upload: Any) -> dict[str, Any] | None:
        if upload is None:
            return None
        ending = Path(upload.name).suffix.lower()
        if ending not in (".json", ".yml", ".yaml") or upload.size > _MANIFEST_BYTES:
            self.add_error("manifest", _("说明文件应是不超过 64 KB 的 .json 或 .yml"))
            return None
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"manifest{ending}"
            path.write_bytes(upload.read())
            found, problem = read_manifest_file(
                path, Path(self.cleaned_data["file"].name if self.cleaned_data.get("file") else "file")
            )
        if found is None:
            self.add_error(
                "manifest",
                problem.message("zh" if (get_language() or "zh").startswith("zh") else "en") if problem else "?",
            )
            return None
        return _manifest(
            list(found.areas), found.start, found.end, found.as_of, found.legal_basis, found.authorisation, found.source
        )


def _manifest(
    codes: Any, start: Any, end: Any, as_of: Any, basis: Any, authorisation: Any, source: str
) -> dict[str, Any]:
    """As the core's manifest files have it."""
    return {
        "source": source,
        "as_of": as_of.isoformat() if as_of else None,
        "received_on": timezone.localdate().isoformat(),
        "covers": {"areas": codes, "period": {"from": start and start.isoformat(), "to": end and end.isoformat()}},
        "legal_basis": basis or "",
        "authorisation": authorisation or "",
    }
