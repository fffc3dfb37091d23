"""Every address of the portal. Merchant pages live under /m/<handle>/."""

from django.contrib import admin
from django.urls import include, path

from thanxportal import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("", include("thanxportal.accounts.urls")),
    path("account/", include("allauth.account.urls")),
    path("m/<slug:handle>/", include("campaigns.urls")),
    path("m/<slug:handle>/", include("issuance.urls")),
    path("admin/", admin.site.urls),
]
