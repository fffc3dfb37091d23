"""Inputs drawn without a template are those that Django draws."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template.loader import render_to_string

from thanxportal.form_renderer import INPUTS, Renderer

WIDGETS = [
    forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.HiddenInput, forms.PasswordInput,
    forms.DateInput, forms.DateTimeInput, forms.TimeInput, forms.CheckboxInput, forms.FileInput,
]  # fmt: skip
VALUES = [None, "", "Ann & <Bob> \"'", 0, 12345, True]


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("widget", WIDGETS)
def test_an_input_is_the_one_that_django_draws(widget: type[forms.Widget], value: Any) -> None:
    drawn = widget(attrs={"id": "x", "class": "a<b>", "required": True, "disabled": False, "data-n": 3})
    assert _parts(drawn.render("field", value, renderer=Renderer())) == _parts(
        drawn.render("field", value, renderer=DjangoTemplates())
    )


def test_each_template_that_is_left_out_is_a_bare_input() -> None:
    for name in INPUTS:
        widget = {"name": "n", "type": "text", "value": "v", "attrs": {}}
        assert render_to_string(name, {"widget": widget}).strip() == '<input type="text" name="n" value="v">'


def _parts(html: str) -> list[str]:
    """The attributes in any order, as Django writes those without a value last."""
    return sorted(html.strip("<>").split(" "))
