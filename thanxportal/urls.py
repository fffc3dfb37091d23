"""All addresses of the portal. Pages of a merchant are under /m/<handle>/."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from issuance.views.webhooks import receive
from thanxportal import views
from thanxportal.styleguide import styleguide

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # Staff sign in where everybody does.

urlpatterns = [
    path("_styleguide/", styleguide, name="styleguide"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("thanxportal.accounts.urls")),
    path("account/", include("thanxportal.accounts.allauth_urls")),
    path("m/<slug:handle>/", include("campaigns.urls")),
    path("m/<slug:handle>/", include("issuance.urls")),
    path("webhooks/thanx", receive, name="webhook"),
    path("admin/", admin.site.urls),
]
