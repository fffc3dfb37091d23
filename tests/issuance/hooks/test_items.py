"""Items of lists are read by what names them, so that an answer that was left out never makes another one count."""

from __future__ import annotations

from typing import Any

import pytest

from issuance.guests.sight import MASKED
from issuance.hooks.conditions import CantRead, Condition
from issuance.hooks.fields import fields_in, is_by_place, label_of
from issuance.hooks.items import by_name, text_at
from issuance.hooks.telling import lines_of
from tests.issuance.hooks.tools import Tool

STARS = {"field": "stars", "number": 2}
PARTY = {"field": "party_size", "number": 2}


def labels(document: Any) -> list[str]:
    return [field.label for field in by_name(fields_in(document))]


@pytest.mark.parametrize(
    ("items", "label"),
    [
        ([STARS, PARTY], "a › stars › number"),
        ([{"field": {"id": "x1", "ref": "stars"}, "number": 2}], "a › stars › number"),
        ([{"key": "q1", "label": "How was it?", "number": 2, "value": 2}], "a › q1 › number"),
        ([{"name": "stars", "value": [7], "number": 2}], "a › stars › number"),
        ([{"id": 12, "answer": 2, "number": 2}], "a › id 12 › number"),
        ([{"question_id": "a/b~c", "number": 2}], "a › a/b~c › number"),
        ([{"name": "Ann Lee", "number": 2}], "a › 1 › number"),
        ([{"id": 12, "number": 2}], "a › 1 › number"),
        ([{"field": "ann@example.com", "number": 2}], "a › 1 › number"),
        ([{"field": "x" * 61, "number": 2}], "a › 1 › number"),
        ([{"field": "stars\nand", "number": 2}], "a › 1 › number"),
        ([STARS, STARS], "a › 1 › number"),
        ([[STARS]], "a › 1 › stars › number"),
    ],
)
def test_an_item_has_the_name_that_it_alone_has_and_that_names_no_guest(items: Any, label: str) -> None:
    assert label in labels({"a": items})


@pytest.mark.parametrize("items", [[STARS, PARTY], [PARTY, STARS], [STARS]])
def test_a_name_finds_the_same_answer_wherever_it_stands(items: list[Any]) -> None:
    texts = dict(fields_in({"a/b": {"answers": items}}))
    assert text_at(texts, "/a~1b/answers/[field=stars]/number") == "2"


@pytest.mark.parametrize("items", [[], [PARTY], [STARS, STARS], {"x": STARS}, "stars", [{"field": "stars"}]])
def test_without_one_item_of_the_name_nothing_is_found(items: Any) -> None:
    assert text_at(dict(fields_in({"answers": items})), "/answers/[field=stars]/number") == ""


@pytest.mark.parametrize("pointer", ["", "/", "/answers/[field=stars]", "/[=]", "/[field=]/x", "/answers/[x=y]/[x=y]"])
def test_any_pointer_can_be_looked_up(pointer: str) -> None:
    assert text_at(dict(fields_in({"answers": [STARS]})), pointer) == ""


def test_each_field_under_its_name_is_found_again() -> None:
    document = {"p": [{"ref": "one", "q": [STARS, {"x": 1}, PARTY]}, {"ref": "two", "q": [STARS]}], "[a=b]": 5}
    fields = fields_in(document)
    assert [text_at(dict(fields), field.pointer) for field in by_name(fields)] == [field.text for field in fields]


def test_a_question_that_was_left_out_makes_the_event_wait(tool: Tool) -> None:
    tool.reads({"email": "/email"}, ("/answers/[field=stars]/number", "at_most", "2"))
    tool.send({"email": "happy@example.com", "answers": [PARTY, {"field": "food", "number": 5}]})
    assert (tool.event().state, "no “answers › stars › number”" in tool.event().note) == ("waits", True)
    with pytest.raises(CantRead):
        Condition("/a/[field=stars]/number", "at_most", "2").holds(dict(fields_in({"a": [PARTY]})))


def test_what_counts_in_a_list_is_said_to_and_what_was_chosen_so_is_shown_still() -> None:
    fields = fields_in({"answers": [STARS], "tags": ["x"]})
    lines = {line.label: line for line in lines_of(fields, {"reason": "/answers/0/number"}, MASKED)}
    assert [label for label, line in lines.items() if line.by_place] == ["tags › 1", "answers › 1 › number"]
    assert (lines["answers › 1 › number"].shown, lines["answers › 1 › number"].roles) == ("2", ["reason"])
    assert not is_by_place("/answers/[field=1]/number")
    assert label_of("/answers/[field=ann@example.com]/x") == "answers › [email] › x"
