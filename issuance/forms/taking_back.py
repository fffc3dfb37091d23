"""What a manager says who asks staff to take rewards back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from campaigns.models import Variant


class TakeBackForm(forms.Form):
    arm = forms.ChoiceField(label="Whose rewards", required=False)
    reason = forms.CharField(
        label="What went wrong?",
        help_text="One sentence, which staff and your team read. Please name no guests.",
        min_length=10,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "Say what went wrong.",
            "min_length": "Write a whole sentence, so that staff understand what went wrong.",
        },
    )

    def __init__(self, arms: Iterable[Variant], data: Any = None) -> None:
        super().__init__(data, prefix="back")
        self.arms = {str(arm.pk): arm for arm in arms}
        choices = [(pk, f"Those of {arm.name}") for pk, arm in self.arms.items()]
        if len(choices) > 1:
            self.fields["arm"].choices = [("", "All of this list"), *choices]  # type: ignore[attr-defined]
        else:
            del self.fields["arm"]

    @property
    def chosen(self) -> Variant | None:
        return self.arms.get(self.cleaned_data.get("arm", ""))
