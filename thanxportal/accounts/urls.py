"""Addresses of accounts: start page, profile, notifications, invitations, team, settings, activity log."""

from django.urls import path

from thanxportal.accounts.views import (
    activity,
    address,
    invitation,
    looking,
    loosenings,
    notifications,
    profile,
    sessions,
    settings,
    start,
    team,
)

app_name = "accounts"
urlpatterns = [
    path("", start.start, name="start"),
    path("switch/", start.switch, name="switch"),
    path("look/leave/", looking.leave, name="look_leave"),
    path("profile/", profile.profile, name="profile"),
    path("profile/email/", address.change_address, name="address"),
    path("profile/email/<str:token>/", address.confirm_address, name="address_confirm"),
    path("profile/sessions/", sessions.sessions, name="sessions"),
    path("profile/sessions/end-others/", sessions.end_others, name="end_others"),
    path("profile/sessions/<int:pk>/end/", sessions.end_one, name="end_session"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="read_all"),
    path("notifications/<int:pk>/", notifications.open_one, name="notification"),
    path("notifications/<int:pk>/read/", notifications.read_one, name="read_one"),
    path("invitation/<str:token>/", invitation.accept_invitation, name="invitation"),
    path("m/<slug:handle>/activity/", activity.activity, name="activity"),
    path("m/<slug:handle>/settings/", settings.merchant_settings, name="settings"),
    path("m/<slug:handle>/team/", team.team, name="team"),
    path("m/<slug:handle>/team/<int:pk>/role/", team.member_role, name="member_role"),
    path("m/<slug:handle>/team/<int:pk>/remove/", team.member_remove, name="member_remove"),
    path("m/<slug:handle>/team/invitations/<int:pk>/withdraw/", team.invitation_withdraw, name="invitation_withdraw"),
    path("m/<slug:handle>/team/changes/<int:pk>/confirm/", loosenings.loosening_confirm, name="loosening_confirm"),
    path("m/<slug:handle>/team/changes/<int:pk>/withdraw/", loosenings.loosening_withdraw, name="loosening_withdraw"),
]
