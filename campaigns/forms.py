"""The form of the campaign builder: the campaign's words and dates, and its one to four arms."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.builder_actions import CONTROL_REWARD, MOST_ARMS, Row, act_on, read_act
from campaigns.drafts import FIELDS, DraftArm
from campaigns.locations import with_location
from campaigns.models import CONTROL, Campaign, Location, RewardTemplate, Variant
from campaigns.publishing_rules import DATES
from campaigns.windows import PRESETS, preset_dates
from thanxportal.accounts.models import Merchant
from thanxportal.moments import LOCAL, Moment
from thanxportal.prepared import Prepared

MOST_LOCATIONS = 200  # offered for the fine print
# What a changed share updates on the page. Fields in which somebody may be typing are left alone.
SHARES = ",".join(
    ["#saved", "#checks", "#summary", "#split", *(f"#id_arm{position}-weight" for position in range(MOST_ARMS))]
)
TYPED = ("reward", "name", "weight", "locked")  # of an arm
TWICE = "Another arm has this name. Give each arm its own."


class CampaignForm(forms.Form):
    """The words and dates of a campaign. Only the name is needed to save a draft."""

    uuid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="Your team and Thanx see it.",
        error_messages={"required": "Give the campaign a name, so that it can be saved."},
        widget=forms.TextInput(attrs={"placeholder": "Such as: free coffee for early summer", "autocomplete": "off"}),
    )
    objective = forms.CharField(
        label="Objective",
        max_length=300,
        required=False,
        help_text="One sentence that says what it is for. Thanx expects one.",
        widget=forms.TextInput(attrs={"placeholder": "Bring back guests who haven’t been here for two months"}),
    )
    fine_print = forms.CharField(
        label="Fine print",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "One per guest. Not valid with other offers."}),
        help_text="Guests see it with the reward.",
    )
    start_at = Moment("Starts")
    end_at = Moment("Ends")
    redeemable_from = Moment("From")
    redeemable_to = Moment("Until")
    expected_guests = forms.IntegerField(
        label="How many guests do you expect?",
        required=False,
        min_value=1,
        max_value=10_000_000,
        help_text="For planning only: it turns percents into people and cost.",
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric", "placeholder": "10000"}),
    )


class ArmForm(forms.Form):
    """One arm in its row. Its reward is picked by a button, not typed."""

    reward = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="Name of the arm", max_length=80, required=False)
    weight = forms.IntegerField(
        label="Share, %",
        error_messages={"invalid": "Write a whole number."},
        min_value=1,
        max_value=100,
        required=False,
        localize=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    locked = forms.BooleanField(label="Lock", required=False)

    def __init__(self, row: Row, position: int, *, templates: dict[str, RewardTemplate], bound: bool) -> None:
        values: dict[str, Any] = {key: getattr(row, key) for key in TYPED if getattr(row, key)}
        prefix = f"arm{position}"
        data = {f"{prefix}-{key}": value for key, value in values.items()} if bound else None
        super().__init__(data, prefix=prefix, initial=values)
        self.position, self.was, self.is_control = position, row.was, row.is_control
        self.picked = templates.get(row.reward)
        self.fields["name"].widget.attrs["placeholder"] = self._own_name
        shares_out = {
            "hx-post": "",
            "hx-trigger": "change",
            "hx-vals": f'{{"act": "share-{position}"}}',
            "hx-swap": "none",
            "hx-select-oob": SHARES,
        }
        self.fields["weight"].widget.attrs |= shares_out

    @property
    def _own_name(self) -> str:
        """The name of the arm until somebody types one."""
        if self.is_control:
            return CONTROL
        return self.picked.arm_name if self.picked else f"Arm {self.position + 1}"

    @property
    def color(self) -> str:
        return "0" if self.is_control else "abcd"[self.position % 4]

    def clean_reward(self) -> str:
        reward: str = self.cleaned_data["reward"]
        if reward and not self.is_control and self.picked is None:
            raise ValidationError("This reward can’t be given any more. Choose another one.")
        return reward

    def arm(self) -> DraftArm | None:
        """Returns the arm as drafted; None while its share is unknown."""
        data = self.cleaned_data
        weight, locked = data.get("weight"), data.get("locked", False)
        if not weight:
            return None
        if self.is_control:
            return DraftArm(CONTROL, None, weight, locked)
        return DraftArm(data.get("name") or self._own_name, self.picked, weight, locked)


class Builder:
    """The whole page: the campaign's form and one row for each arm, validated together."""

    def __init__(
        self, merchant: Merchant, campaign: Campaign | None, rows: list[Row], *, data: dict[str, Any] | None = None
    ) -> None:
        self.merchant, self.campaign = merchant, campaign
        self.changed: list[str] = []  # what somebody else saved meanwhile, for which this page wasn't
        kept = {variant.reward_template_id for variant in campaign.variants.all()} if campaign else set()
        picked = merchant.reward_templates.all().picked([row.reward for row in rows])
        templates = {
            key: template for key, template in picked.items() if template.withdrawn_at is None or template.pk in kept
        }
        self.form = CampaignForm(data, initial=_initial(campaign))
        self.arms = [
            ArmForm(row, position, templates=templates, bound=data is not None) for position, row in enumerate(rows)
        ]

    @classmethod
    def opened(cls, merchant: Merchant, campaign: Campaign | None, *, reward: str = "") -> Builder:
        """The page as saved. A new campaign starts with one arm, which gives `reward`."""
        rows = [_row(variant) for variant in campaign.variants.all()] if campaign else [Row(reward, weight="100")]
        return cls(merchant, campaign, rows)

    @classmethod
    def posted(cls, merchant: Merchant, campaign: Campaign | None, data: dict[str, Any]) -> Builder:
        """The page as typed, after what the pressed button does to it; a promised arm as it was saved."""
        act = data.get("act", "")
        after = data | _dates_after(act, merchant) | _fine_print_after(act, merchant, data)
        if campaign and campaign.promised:
            return cls(merchant, campaign, [_row(variant) for variant in campaign.variants.all()], data=after)
        rows = [row for row in (_typed(data, position) for position in range(MOST_ARMS)) if not row.empty]
        return cls(merchant, campaign, act_on(rows, read_act(act)), data=after)

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in (self.form, *self.arms)]
        return all(valid) and self._shares_given() and self._names_differ()

    def _shares_given(self) -> bool:
        """Arms with an empty share get equal parts of what the others leave."""
        empty = [form for form in self.arms if not form.cleaned_data.get("weight")]
        rest = 100 - sum(form.cleaned_data.get("weight") or 0 for form in self.arms)
        for position, form in enumerate(empty):
            form.cleaned_data["weight"] = rest // len(empty) + (position < rest % len(empty))
            if form.cleaned_data["weight"] < 1:
                form.add_error("weight", "The other arms leave nothing for this one. Lower their shares.")
        return not any(form.errors for form in empty)

    def _names_differ(self) -> bool:
        seen: set[str] = set()
        for form in self.arms:
            arm = form.arm()
            if arm is None:
                continue
            if not form.is_control and arm.name.casefold() == CONTROL.casefold():
                form.add_error("name", "Only the arm without a reward is called Control.")
            elif arm.name.casefold() in seen:
                field, twice = ("reward", "There can be only one Control.") if form.is_control else ("name", TWICE)
                form.add_error(field, twice)
            seen.add(arm.name.casefold())
        return not any(form.errors for form in self.arms)

    def drafted(self) -> list[DraftArm]:
        return [arm for form in self.arms if (arm := form.arm())]

    def sketch(self) -> tuple[Campaign, list[Variant]]:
        """Returns the campaign and its arms as they stand on the page, unsaved, as far as they are valid."""
        if not self.form.is_bound:
            campaign = self.campaign or Campaign(merchant=self.merchant)
            return campaign, list(campaign.variants.all()) if self.campaign else []
        values = {name: self.form.cleaned_data.get(name) for name in FIELDS}
        words = {name: values.pop(name) or "" for name in ("name", "objective", "fine_print")}
        preset = self.campaign.preset_id if self.campaign else None
        campaign = Campaign(merchant=self.merchant, preset_id=preset, **words, **values)
        return campaign, [arm.variant(campaign, position) for position, arm in enumerate(self.drafted())]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Everything that keeps the page from being saved, as (id of the field, sentence)."""
        return [
            (form[name].id_for_label, str(error))
            for form in (self.form, *self.arms)
            for name, errors in form.errors.items()
            for error in errors
        ]

    @property
    def unsaved(self) -> bool:
        """Whether the page as typed is kept nowhere but in its answer."""
        return bool(self.problems or self.changed)

    @property
    def locations(self) -> list[Location]:
        """Those that its fine print may name."""
        return _offered(self.merchant.pk)

    @property
    def has_control(self) -> bool:
        return any(form.is_control for form in self.arms)

    @property
    def has_room(self) -> bool:
        promised = self.campaign is not None and self.campaign.promised
        return len(self.arms) < MOST_ARMS and not promised


@Prepared
def _offered(merchant: int) -> QuerySet[Location]:
    return Location.objects.open_at(merchant)[:MOST_LOCATIONS]


def _initial(campaign: Campaign | None) -> dict[str, Any]:
    fields = {name: getattr(campaign, name) for name in FIELDS} if campaign else {}
    return fields | {"uuid": (campaign or Campaign()).uuid}


def _row(variant: Variant) -> Row:
    reward = CONTROL_REWARD if variant.is_control else str(variant.reward_template_id or "")
    template = variant.reward_template
    own = template.arm_name if template else f"Arm {variant.position + 1}"
    name = "" if variant.is_control or variant.name == own else variant.name
    return Row(reward, name, str(variant.weight), "on" if variant.locked else "")


def _typed(data: dict[str, Any], position: int) -> Row:
    return Row(**{key: str(data.get(f"arm{position}-{key}", "")) for key in TYPED}, was=position)


def _fine_print_after(act: str, merchant: Merchant, data: dict[str, Any]) -> dict[str, str]:
    """Returns the fine print with the location whose button was pressed."""
    verb, _, pk = act.partition("-")
    if verb != "place" or not pk.isdecimal() or len(pk) > 18:
        return {}
    location = Location.objects.open_at(merchant).filter(pk=pk).first()
    return {"fine_print": with_location(str(data.get("fine_print", "")), location)} if location else {}


def _dates_after(act: str, merchant: Merchant) -> dict[str, str]:
    """Returns the dates of a preset as a browser would send them."""
    key = act.removeprefix("preset-")
    if key not in PRESETS:
        return {}
    dates = preset_dates(key, now=timezone.now(), zone=ZoneInfo(merchant.time_zone))
    return {name: f"{moment:{LOCAL}}" for name, moment in zip(DATES, dates, strict=True)}
