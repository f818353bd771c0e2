"""Who acts in a procedure is who can have an account."""

from __future__ import annotations

from bangfu.core.rulebook.procedure_model import ROLES as ACTING
from bangfu.office.accounts.roles import ROLES


def test_the_roles_of_procedures_are_those_of_accounts_that_see_households_and_the_public() -> None:
    assert set(ACTING) - {"public"} == set(ROLES) - {"administrator"}


def test_a_role_is_called_in_procedures_what_it_is_called_in_accounts() -> None:
    assert {code: label.zh for code, label in ACTING.items() if code != "public"} == {
        code: str(role.label) for code, role in ROLES.items() if code != "administrator"
    }
