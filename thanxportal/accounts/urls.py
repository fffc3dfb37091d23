from django.urls import path

from thanxportal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.start, name="start"),
    path("switch/", views.switch, name="switch"),
    path("m/<slug:handle>/activity/", views.activity, name="activity"),
]
