"""All addresses of the portal. Pages of a merchant are under /m/<handle>/."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from issuance.admin.home import home
from issuance.api.urls import urls as api
from issuance.views.hook_door import take
from issuance.views.webhooks import receive
from thanxportal.accounts.views.sign_out import SignOut
from thanxportal.health import views
from thanxportal.styleguide import styleguide

# Staff sign in and out where everybody does, and change passwords where guesses are counted.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.index = home  # type: ignore[method-assign, assignment]
admin.site.logout = SignOut.as_view()  # type: ignore[method-assign]
admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")  # type: ignore[method-assign, assignment]

urlpatterns = [
    # Tried in this order: what is asked for most comes first.
    path("m/<slug:handle>/", include("issuance.urls")),
    path("m/<slug:handle>/", include("campaigns.urls")),
    path("", include("thanxportal.accounts.urls")),
    path("_styleguide/", styleguide, name="styleguide"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("account/", include("thanxportal.accounts.allauth_urls")),
    path("api/v1/", api),
    path("hooks/in/<str:secret>", take, name="hook"),
    path("webhooks/thanx", receive, name="webhook"),
    path("admin/", admin.site.urls),
]
