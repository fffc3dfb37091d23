from django.urls import path

from thanxportal.accounts import (
    views,
    views_invitation,
    views_notifications,
    views_profile,
    views_settings,
    views_team,
)

app_name = "accounts"
urlpatterns = [
    path("", views.start, name="start"),
    path("switch/", views.switch, name="switch"),
    path("profile/", views_profile.profile, name="profile"),
    path("notifications/", views_notifications.notifications, name="notifications"),
    path("notifications/read/", views_notifications.read_all, name="read_all"),
    path("notifications/<int:pk>/", views_notifications.open_one, name="notification"),
    path("notifications/<int:pk>/read/", views_notifications.read_one, name="read_one"),
    path("invitation/<str:token>/", views_invitation.invitation, name="invitation"),
    path("m/<slug:handle>/activity/", views.activity, name="activity"),
    path("m/<slug:handle>/settings/", views_settings.merchant_settings, name="settings"),
    path("m/<slug:handle>/team/", views_team.team, name="team"),
    path("m/<slug:handle>/team/<int:pk>/role/", views_team.member_role, name="member_role"),
    path("m/<slug:handle>/team/<int:pk>/remove/", views_team.member_remove, name="member_remove"),
    path("m/<slug:handle>/invitations/<int:pk>/withdraw/", views_team.invitation_withdraw, name="invitation_withdraw"),
]
