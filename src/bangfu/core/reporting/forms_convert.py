"""An old .xls as .xlsx, through LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bangfu.core.documents.forms.package import FormError

PROGRAMS = ("soffice", "libreoffice", "localc")
SECONDS = 120
_OLD = (".xls", ".et", ".ods", ".xlt")


@contextmanager
def as_xlsx(form: Path) -> Iterator[tuple[Path, bool]]:
    """The form's own path, or that of a converted copy that vanishes at the end, with whether it was converted.

    Raises FormError where it must be converted and LibreOffice is not there or cannot.
    """
    if form.suffix.lower() not in _OLD:
        yield form, False
        return
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise FormError(
            f"{form.name}: 旧格式要先转成 .xlsx，这台机器没有安装 LibreOffice；请安装，或用 WPS、Excel 另存为 .xlsx / "
            "an old format that must be converted to .xlsx first, and LibreOffice is not here; "
            "install it or save the form as .xlsx"
        )
    with tempfile.TemporaryDirectory(prefix="bangfu-form-") as scratch:
        folder = Path(scratch)
        command = [
            program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to",
            "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder), str(form.resolve()),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise _failed(form, f"{SECONDS}s") from error
        made = folder / f"{form.stem}.xlsx"
        if not made.is_file():
            raise _failed(form, f"exit {done.returncode}")
        yield made, True


def _failed(form: Path, how: str) -> FormError:
    return FormError(
        f"{form.name}: LibreOffice 没能把它转成 .xlsx（{how}），请用 WPS 或 Excel 另存为 .xlsx / "
        f"LibreOffice could not convert it ({how}); save it as .xlsx by hand"
    )
