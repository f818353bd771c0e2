"""The master key is changed while people work; a rotation that was killed goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bangfu.office.audit.api import Entry, verify
from bangfu.office.privacy import keyring as keys
from bangfu.office.privacy import rotation
from bangfu.office.privacy.api import SubjectKey, keyring
from bangfu.office.registry.models import Household, Person
from bangfu.office.registry.projection import values_of_person
from bangfu.office.site.cli import main

pytestmark = pytest.mark.django_db
ID = "990101197503080039"


class Killed(BaseException):
    """As a power failure would."""


@pytest.fixture
def key_file(settings, tmp_path, monkeypatch) -> Path:
    """The test keys in a file of this test's own."""
    path = tmp_path / "keys"
    shutil.copy(settings.BANGFU_KEYS_FILE, path)
    path.chmod(0o600)
    settings.BANGFU_KEYS_FILE = path
    monkeypatch.setattr(keys, "CHECK_SECONDS", 0.0)
    return path


def found(client_of) -> bool:
    """孙三 by ID number and by telephone, as the county's office searches."""
    client = client_of("civil")
    return all("孙三" in client.get("/search/", {"q": typed}).content.decode() for typed in (ID, "13900000002"))


def test_a_new_key_is_put_first_and_the_old_ones_stay(key_file):
    before = keyring()
    assert keys.add_key(key_file) == "k2"
    after = keyring()
    assert [key.name for key in after.keys] == ["k2", "k1"]
    assert (after.audit, after.named("k1")) == (before.audit, before.current)
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in key_file.parent.iterdir()] == ["keys"]


def test_a_key_file_that_cannot_be_written_stays_as_it_was(key_file, monkeypatch):
    text = key_file.read_text()
    monkeypatch.setattr(keys.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        keys.add_key(key_file)
    assert key_file.read_text() == text
    assert [p.name for p in key_file.parent.iterdir()] == ["keys"]


def test_after_a_rotation_nothing_uses_the_old_key_and_its_line_can_go(key_file, registered, client_of, capsys):
    assert main(["keys", "rotate"]) == 0
    out = capsys.readouterr().out
    assert "已启用新密钥 k2" in out
    assert "旧密钥 k1 已不再使用" in out
    assert set(SubjectKey.objects.values_list("master", flat=True)) == {"k2"}
    lines = key_file.read_text().splitlines(keepends=True)
    key_file.write_text("".join(line for line in lines if not line.startswith("k1 ")))
    assert found(client_of)
    assert values_of_person(Person.objects.select_related("key").get(name="孙三"))["id_number"] == ID
    assert main(["keys", "check"]) == 0
    assert "k2: 5 (在用 / in use)" in capsys.readouterr().out
    assert list(Entry.objects.filter(kind__startswith="site.key").values_list("kind", flat=True)) == [
        "site.key_added", "site.keys_rotated",
    ]  # fmt: skip
    assert verify().good


@pytest.mark.parametrize("batches", range(6))
def test_a_rotation_killed_after_any_batch_goes_on_and_searching_works_meanwhile(
    key_file, registered, client_of, monkeypatch, capsys, batches
):
    monkeypatch.setattr(rotation, "BATCH", 1)
    done = 0

    def kill(_what: str, _done: int) -> None:
        nonlocal done
        done += 1
        if done > batches:
            raise Killed

    keys.add_key(key_file)
    with pytest.raises(Killed):
        (rotation.wrap_again(kill), rotation.index_again(kill))
    assert found(client_of)
    assert main(["keys", "rotate"]) == 0
    assert "继续轮换到 k2" in capsys.readouterr().out
    assert [key.name for key in keyring().keys] == ["k2", "k1"]
    assert not rotation.unrotated().exists()
    assert rotation.check().good
    assert found(client_of)


def test_an_index_written_with_the_old_key_in_the_last_second_is_made_again(key_file, registered):
    old = bytes(Person.objects.get(name="孙三").id_index)
    assert main(["keys", "rotate"]) == 0
    Person.objects.filter(name="孙三").update(id_index=old)
    assert rotation.check().differing == 1
    assert main(["keys", "rotate"]) == 0
    assert rotation.check().good


def test_an_erased_subject_stays_erased(key_file, registered):
    key = registered.west.key
    SubjectKey.objects.filter(pk=key.pk).update(wrapped=b"", destroyed_at="2026-11-01T00:00:00Z")
    Household.objects.filter(pk=registered.west.pk).update(phone_index=None)
    assert main(["keys", "rotate"]) == 0
    assert bytes(SubjectKey.objects.get(pk=key.pk).wrapped) == b""
    assert rotation.check().erased == 1


def test_a_check_names_a_missing_key_and_a_file_that_others_may_read(key_file, registered, capsys):
    keys.add_key(key_file)
    key_file.write_text("".join(x for x in key_file.read_text().splitlines(keepends=True) if not x.startswith("k1 ")))
    key_file.chmod(0o644)
    assert main(["keys", "check"]) == 1
    out = capsys.readouterr().out
    assert "缺少密钥 k1，5 人的资料无法打开" in out
    assert f"请运行 chmod 600 {key_file}" in out
    assert "1f1f" not in out


def test_two_rotations_at_once_are_refused(key_file, registered, capsys):
    from bangfu.office.site.operations.keys import _alone

    with _alone(key_file) as mine:
        assert mine
        assert main(["keys", "rotate"]) == 1
    assert "another rotation is running" in capsys.readouterr().err
