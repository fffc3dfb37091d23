"""What campaigns are made of that a program's request for a reward needs, and of which nobody has built one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import translation
from django.utils.formats import date_format

from campaigns.models.mirror import RewardTemplate
from thanxportal.accounts.models import Merchant
from thanxportal.kept_text import KeptText

REWARD, PERIOD = "{reward}", "{period}"  # stand in the name for what differs
MOST_OF_REWARD, MOST_OF_NAME = 40, 120  # characters


class Period(models.TextChoices):
    """How long one campaign is used. Weeks begin on Monday."""

    DAY = "day", "Day"
    WEEK = "week", "Week"
    MONTH = "month", "Month"

    def begins(self, day: date) -> date:
        """The first day of the period that has this day."""
        first = {self.DAY: day, self.WEEK: day - timedelta(days=day.weekday()), self.MONTH: day.replace(day=1)}
        return first[self]

    def ends(self, day: date) -> date:
        """The first day of the next period."""
        days = {self.DAY: 1, self.WEEK: 7, self.MONTH: 31}[self]
        return self.begins(self.begins(day) + timedelta(days=days))

    def in_words(self, day: date) -> str:
        """The period that has this day, as the active locale writes it."""
        begins = self.begins(day)
        if self == Period.MONTH:
            return date_format(begins, "YEAR_MONTH_FORMAT")
        return f"{'week of ' if self == Period.WEEK else ''}{date_format(begins, 'DATE_FORMAT')}"


class RewardPresetQuerySet(models.QuerySet["RewardPreset"]):
    def in_force(self, merchant: Merchant) -> RewardPreset | None:
        return self.filter(merchant=merchant, ended_at=None).first()


class RewardPreset(models.Model):
    """How a merchant's programs give a reward without a campaign. One campaign is made for each reward and period."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    merchant = models.OneToOneField(Merchant, on_delete=models.PROTECT, related_name="reward_preset")
    name = KeptText(max_length=60, help_text="Of its campaigns, with {reward} and {period} for what differs.")
    objective = models.CharField(max_length=300, blank=True)
    fine_print = models.TextField(blank=True, max_length=2000)
    period = models.CharField(max_length=5, choices=Period.choices, default=Period.WEEK)
    guests_per_period = models.PositiveIntegerField(help_text="Most guests of all its campaigns of one period.")
    claim_days = models.PositiveSmallIntegerField(help_text="Days after the period in which its guests are rewarded.")
    use_days = models.PositiveSmallIntegerField(help_text="Days after those in which the reward can be used.")
    counted_until = models.DateField(null=True, editable=False, help_text="First day that is counted anew.")
    asked_count = models.PositiveIntegerField(default=0, editable=False, help_text="Guests asked for until then.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RewardPresetQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def span(self) -> Period:
        return Period(self.period)

    def uuid_of_campaign(self, template: RewardTemplate, day: date) -> UUID:
        """The same for a reward and a period, whoever makes the campaign and how often: so there is only one."""
        return uuid5(self.uuid, f"{template.pk} {self.period} {self.span.begins(day)}")

    def values_of_campaign(self, template: RewardTemplate, day: date) -> dict[str, Any]:
        """Its words and dates. They hang on the period alone, so that one made before a restore is found at Thanx."""
        zone, begins, ends = ZoneInfo(self.merchant.time_zone), self.span.begins(day), self.span.ends(day)
        claimed = ends + timedelta(days=self.claim_days)
        dates = (begins, claimed, begins, claimed + timedelta(days=self.use_days))
        starts, closes, opens, expires = (datetime.combine(each, time(), tzinfo=zone) for each in dates)
        return {
            "name": self.name_of_campaign(template, day), "objective": self.objective, "fine_print": self.fine_print,
            "start_at": starts, "end_at": closes, "redeemable_from": opens, "redeemable_to": expires,
        }  # fmt: skip

    def name_of_campaign(self, template: RewardTemplate, day: date) -> str:
        with translation.override(self.merchant.locale):
            named = self.name.replace(PERIOD, self.span.in_words(day))
        return named.replace(REWARD, template.name[:MOST_OF_REWARD].strip())[:MOST_OF_NAME].strip()

    def take(self, guests: int, day: date) -> date | None:
        """Counts guests; returns until when they count, None if they are more than the period allows. A period that has
        begun to be counted is counted to its end, whatever the preset or the zone become meanwhile.

        Whoever takes holds the row until the transaction ends, so that others wait.
        """
        goes_on = Q(counted_until__gt=day)
        so_far = Case(When(goes_on, then=F("asked_count")), default=Value(0))
        until = Case(When(goes_on, then=F("counted_until")), default=Value(self.span.ends(day)))
        mine = RewardPreset.objects.filter(pk=self.pk, ended_at=None).annotate(total=so_far + guests)
        if not mine.filter(total__lte=F("guests_per_period")).update(counted_until=until, asked_count=so_far + guests):
            return None
        return RewardPreset.objects.values_list("counted_until", flat=True).get(pk=self.pk)

    def give_back(self, guests: int, until: date) -> None:
        """Guests who were taken back leave room for others, as long as those are counted with whom they were."""
        mine = RewardPreset.objects.filter(pk=self.pk, counted_until=until, asked_count__gte=guests)
        mine.update(asked_count=F("asked_count") - guests)

    def taken(self, day: date) -> int:
        """How many guests were asked for in the period that is counted on this day."""
        return self.asked_count if self.counted_until and self.counted_until > day else 0

    def room_again(self, day: date) -> date:
        """The first day on which guests are counted anew."""
        return self.counted_until if self.counted_until and self.counted_until > day else self.span.ends(day)
