"""allauth's forms with a limit on guessing that holds over all processes, since it counts in the log."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms

from bangfu.office.accounts.lockout import check_guesses, wrong_guess


def _counted(user: Any, what: str, clean: Any) -> Any:
    check_guesses(user)
    try:
        return clean()
    except forms.ValidationError:
        wrong_guess(user, what)
        raise


class CountedCode:
    """What the forms that ask for a code share: no placeholder, since the label says what it is; a wrong code counts."""

    fields: Any
    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["placeholder"] = ""

    def clean_code(self) -> Any:
        """Counted."""
        return _counted(self.user, "code", super().clean_code)  # type: ignore[misc]


class CountedAuthenticate(CountedCode, AuthenticateForm):
    """The code after the password."""


class CountedReauthenticate(CountedCode, ReauthenticateForm):
    """The code before something delicate."""


class CountedActivate(CountedCode, ActivateTOTPForm):
    """The first code."""


class CountedChangePassword(ChangePasswordForm):
    """The old password."""

    def clean_oldpassword(self) -> Any:
        """Counted."""
        return _counted(self.user, "password", super().clean_oldpassword)
