"""Which rows of an export are kept, and as what: a class for each kind makes rows of a table from those of a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from django.db import connection, models

from issuance.exports.cells import BadCell, cents_in, id_in, moment_in, word_in
from issuance.exports.known_guests import issued_rewards, member_ids, named_identities
from issuance.exports.whose import Whose
from issuance.importing.batches import guest_hasher
from issuance.models import ExportedReward, ExportFile, ExportKind, GuestList, Member, Purchase
from issuance.models.bulk import Columns
from issuance.parsing.emails import parse_email
from issuance.parsing.identifier_result import IdentifierResult
from issuance.parsing.identifiers import identity
from issuance.parsing.phones import parse_phone

Row = tuple[Any, ...]
UNSTATED = datetime(1970, 1, 1, tzinfo=UTC)  # of a member whom no export of memberships has named yet
AT_ONCE = 1_000
AUTHORIZED = "authorization_amount"


class Keeper(ABC):
    """Reads rows of one export, in whose columns `at` says where each stands."""

    model: ClassVar[type[models.Model]]
    columns: ClassVar[Columns]

    def __init__(self, export: ExportFile, at: Mapping[str, int]) -> None:
        self.merchant = export.merchant_id
        self._at, self._stated_at = at, _stored(export.stated_at)
        self._whose = Whose(export.merchant, at)

    def check_merchant(self, cells: list[str]) -> None:
        """Raises BadCell for a row of another merchant."""
        if other := self._whose.other(cells):
            raise BadCell(other, Whose.COLUMN, f"that of {self._whose.merchant}")

    @abstractmethod
    def row(self, cells: list[str]) -> Row | None:
        """The row in the order of `columns.names`; None if it is about nobody whom we know. Raises BadCell."""

    def finish(self) -> int:
        """Called after the last row; returns how many members the rows made known besides."""
        return 0

    def text(self, cells: list[str], column: str) -> str:
        return cells[self._at[column]].strip()

    def moment(self, cells: list[str], column: str) -> Any:
        text = self.text(cells, column)
        return _stored(moment_in(text, column)) if text else None

    def cents(self, cells: list[str], column: str) -> int | None:
        text = self.text(cells, column)
        return cents_in(text, column) if text else None

    def stated(self, cells: list[str]) -> Any:
        """When the row says that it was changed, else when the file was stated."""
        return self.moment(cells, "updated_at") or self._stated_at


class Members(Keeper):
    """Of a member who is no guest nothing is kept, and of a guest only the hashes that the lists have already."""

    model = Member
    columns = Columns(
        ("merchant_id", "user_id"), ("user_uid", "joined_at", "email_identity", "phone_identity"), "stated_at"
    )

    def __init__(self, export: ExportFile, at: Mapping[str, int]) -> None:
        super().__init__(export, at)
        self._known = named_identities(self.merchant)
        self._hash = guest_hasher(GuestList(merchant=export.merchant))
        self._parse_phone = partial(parse_phone, country=export.merchant.country)

    def row(self, cells: list[str]) -> Row | None:
        email = self._guest(self.text(cells, "email"), parse_email)
        phone = self._guest(self.text(cells, "phone"), self._parse_phone)
        if email is None and phone is None:
            return None
        user, uid = id_in(self.text(cells, "user_id"), "user_id"), word_in(self.text(cells, "user_uid"))
        return self.merchant, user, uid, self.moment(cells, "user_joined_at"), email, phone, self.stated(cells)

    def _guest(self, text: str, parse: Callable[[str], IdentifierResult]) -> bytes | None:
        value = parse(text).value if text else ""
        digest = self._hash(identity(value)) if value else None
        return digest if digest in self._known else None


class Purchases(Keeper):
    """What members bought: the settled amount where there is one."""

    model = Purchase
    columns = Columns(
        ("merchant_id", "purchase_id"), ("user_id", "purchased_at", "amount", "location_id", "channel"), "stated_at"
    )

    def __init__(self, export: ExportFile, at: Mapping[str, int]) -> None:
        super().__init__(export, at)
        self._users = member_ids(self.merchant)

    def row(self, cells: list[str]) -> Row | None:
        user = self.text(cells, "user_id")
        if user not in self._users:
            return None
        key = id_in(self.text(cells, "purchase_id"), "purchase_id")
        at = _stored(moment_in(self.text(cells, "purchased_at"), "purchased_at"))
        settled = self.cents(cells, "settlement_amount")
        amount = cents_in(self.text(cells, AUTHORIZED), AUTHORIZED) if settled is None else settled
        place, channel = word_in(self.text(cells, "location_id")), word_in(self.text(cells, "channel").lower(), 16)
        return self.merchant, key, user, at, amount, place, channel, self.stated(cells)


class Rewards(Keeper):
    """Rewards of members, and those that Thanx told us it has issued, which say who their guest is at Thanx."""

    model = ExportedReward
    columns = Columns(
        ("merchant_id", "reward_id"),
        ("user_id", "reward_uid", "state", "activated_at", "used_at", "discount"),
        "stated_at",
    )

    def __init__(self, export: ExportFile, at: Mapping[str, int]) -> None:
        super().__init__(export, at)
        self._users, self._issued = member_ids(self.merchant), issued_rewards(self.merchant)
        self._guests: dict[str, bytes] = {}

    def row(self, cells: list[str]) -> Row | None:
        user, uid = self.text(cells, "user_id"), self.text(cells, "reward_uid")
        guest = self._issued.get(uid)
        if guest is None and user not in self._users:
            return None
        key, user, uid = id_in(self.text(cells, "reward_id"), "reward_id"), id_in(user, "user_id"), word_in(uid)
        state = word_in(self.text(cells, "state").lower(), 16)
        activated, used = self.moment(cells, "activated_at"), self.moment(cells, "used_at")
        row = self.merchant, key, user, uid, state, activated, used, self.cents(cells, "discount"), self.stated(cells)
        if guest is not None:
            self._guests[user] = guest
        return row

    def finish(self) -> int:
        known = Member.objects.filter(merchant=self.merchant, reward_identity__isnull=False)
        for user in known.values_list("user_id", flat=True).iterator():
            self._guests.pop(user, None)
        Member.objects.bulk_create(
            (
                Member(merchant_id=self.merchant, user_id=user, reward_identity=guest, stated_at=UNSTATED)
                for user, guest in self._guests.items()
            ),
            update_conflicts=True,
            unique_fields=["merchant", "user_id"],
            update_fields=["reward_identity"],
            batch_size=AT_ONCE,
        )
        return len(self._guests.keys() - self._users)


KEEPERS: dict[str, type[Keeper]] = {
    ExportKind.MEMBERSHIPS: Members,
    ExportKind.PURCHASES: Purchases,
    ExportKind.REWARDS: Rewards,
}


def _stored(at: datetime) -> Any:
    """As the database's own driver takes it."""
    return at if connection.vendor == "postgresql" else str(at.replace(tzinfo=None))
