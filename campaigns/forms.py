"""The builder's form: what the campaign is called, when it runs, and its one to four arms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms

from campaigns.drafts import FIELDS, Arm
from campaigns.models import CONTROL, Campaign, RewardTemplate
from campaigns.rules import MOST_VARIANTS
from thanxportal.accounts.models import Merchant

LOCAL = "%Y-%m-%dT%H:%M"


class Moment(forms.DateTimeField):
    """A date and time in the merchant's zone; times that the clock skips or repeats are refused by Django."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "medium"}, format=LOCAL)

    def __init__(self, label: str) -> None:
        bad = "Choose a day and a time that exist: on that night the clocks change."
        super().__init__(label=label, required=False, error_messages={"ambiguous_timezone": bad})


class CampaignForm(forms.Form):
    """A draft may be incomplete: only its name is needed to save it."""

    name = forms.CharField(label="Name", max_length=120, help_text="Your team and Thanx see it.")
    objective = forms.CharField(
        label="Objective", max_length=300, required=False, help_text="What is it for? One sentence; Thanx expects one."
    )
    fine_print = forms.CharField(
        label="Fine print",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Guests see it with the reward.",
    )
    start_at = Moment("Campaign starts")
    end_at = Moment("Campaign ends")
    redeemable_from = Moment("Redeemable from")
    redeemable_to = Moment("Redeemable until")


class ArmForm(forms.Form):
    """One arm; a row without a reward and without a share isn't used."""

    reward = forms.ChoiceField(label="Reward", required=False)
    name = forms.CharField(label="Name of the arm", max_length=80, required=False)
    weight = forms.IntegerField(
        label="Share, %",
        error_messages={"invalid": "Write a whole number."},
        min_value=1,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, templates: dict[str, RewardTemplate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = templates
        choices = [(key, template.name) for key, template in templates.items()]
        reward = self.fields["reward"]
        reward.choices = [("", "Not used"), ("control", "Control: gets nothing"), ("Rewards", choices)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("reward") and (data.get("weight") or data.get("name")):
            self.add_error("reward", "Pick a reward or Control for this arm, or empty the row.")
        return data

    @property
    def picked(self) -> RewardTemplate | None:
        """The reward that the row shows, valid or not."""
        return self.templates.get(str(self["reward"].value()))

    def arm(self) -> Arm | None:
        data = self.cleaned_data
        if not data.get("reward"):
            return None
        if data["reward"] == "control":
            return Arm(CONTROL, None, data["weight"])
        template = self.templates[data["reward"]]
        return Arm(data["name"] or template.name[:80].strip(), template, data["weight"])


class Builder:
    """The whole page: the campaign's form and four rows for arms, valid together."""

    def __init__(
        self, merchant: Merchant, campaign: Campaign | None = None, data: Any = None, *, reward: str = ""
    ) -> None:
        """`reward` is what the first arm of a new campaign gives, if it is one of the merchant's."""
        variants = list(campaign.variants.all()) if campaign else []
        kept = [variant.reward_template_id for variant in variants]
        templates = _choices(merchant.reward_templates.defer("raw", "description"), kept)
        initial = {name: getattr(campaign, name) for name in FIELDS} if campaign else {}
        self.form = CampaignForm(data, initial=initial)
        rows: list[dict[str, Any]] = [
            {"reward": str(one.reward_template_id or "control"), "name": one.name, "weight": one.weight}
            for one in variants
        ]
        if not campaign and reward in templates:
            rows.append({"reward": reward})
        rows += [{}] * (MOST_VARIANTS - len(rows))
        self.arms = [
            ArmForm(data, prefix=f"arm{place}", initial=row, templates=templates) for place, row in enumerate(rows)
        ]

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in (self.form, *self.arms)]
        return all(valid) and self._shares_given() and self._names_differ()

    def _shares_given(self) -> bool:
        """Gives arms whose share was left empty equal parts of what the others leave."""
        used = [form for form in self.arms if form.cleaned_data.get("reward")]
        empty = [form for form in used if not form.cleaned_data.get("weight")]
        rest = 100 - sum(form.cleaned_data.get("weight") or 0 for form in used)
        for place, form in enumerate(empty):
            form.cleaned_data["weight"] = rest // len(empty) + (place < rest % len(empty))
            if form.cleaned_data["weight"] < 1:
                form.add_error("weight", "The other arms leave nothing for this one. Lower their shares.")
        return not any(form.errors for form in empty)

    def _names_differ(self) -> bool:
        seen: set[str] = set()
        for form in self.arms:
            arm = form.arm()
            if arm is None:
                continue
            if arm.template and arm.name.casefold() == CONTROL.casefold():
                form.add_error("name", "Only the arm without a reward is called Control.")
            elif arm.name.casefold() in seen:
                twice = "There can be only one Control." if arm.template is None else "Another arm has this name."
                form.add_error("reward" if arm.template is None else "name", twice)
            seen.add(arm.name.casefold())
        return not any(form.errors for form in self.arms)

    def drafted(self) -> list[Arm]:
        return list(self._drafted())

    def _drafted(self) -> Iterator[Arm]:
        for form in self.arms:
            if arm := form.arm():
                yield arm


def _choices(templates: Iterable[RewardTemplate], kept: list[int | None]) -> dict[str, RewardTemplate]:
    """Published templates, and those that the draft uses already."""
    return {str(one.pk): one for one in templates if one.withdrawn_at is None or one.pk in kept}
