"""Who signs in with an email and a password: an account has one address, the one that it has proven."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from django.db.models import QuerySet

from thanxportal.accounts.models import User
from thanxportal.prepared import Prepared


class OneAddressBackend(AuthenticationBackend):  # type: ignore[misc]
    """Looks at the account's own address only, never at those that allauth can keep beside it."""

    def get_user(self, user_id: int) -> User | None:
        """Of the request's session, the person came with it."""
        came = getattr(getattr(context.request, "session", None), "person", None)
        found = [came] if came and came.pk == user_id else _person(user_id)
        return next(filter(self.user_can_authenticate, found), None)

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        user: User | None = self._check_password(User.objects.filter(email=email.lower()).first(), password)
        return user


@Prepared
def _person(pk: int) -> QuerySet[User]:
    return User.objects.filter(pk=pk)
