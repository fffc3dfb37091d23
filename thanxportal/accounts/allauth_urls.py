"""What the portal uses of allauth, one by one: whatever else allauth brings, now or later, answers 404."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path
from django.views.generic import RedirectView

from thanxportal.accounts.views.passkeys import ConfirmByPasskey
from thanxportal.accounts.views.sign_out import SignOut

CODES, PASSKEYS = "second-factor/recovery-codes/", "second-factor/passkeys/"
urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", SignOut.as_view(), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("second-factor/", mfa.index, name="mfa_index"),
    path("second-factor/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/reauthenticate/passkey/", ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path(PASSKEYS, RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path(f"{PASSKEYS}add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path(f"{PASSKEYS}<int:pk>/name/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(f"{PASSKEYS}<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path(CODES, recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(f"{CODES}generate/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(f"{CODES}download/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]
