"""No sentence that a merchant can meet has a word that we don't use; `docs/words.md` says which we use instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

NOT_AMERICAN = (
    "e-mails?", "click here", "whilst", "hereby", "(?:col|fav|behavi)ours?", "organis(?:e|es|ed|ing|ation)",
    "cancelled", "by itself", "by themselves",
)  # fmt: skip
NOT_OURS = (
    "canar(?:y|ies)", "dock", "mirror(?:ed|s)?", "claims?", "overrides?", "variants?", "recipients?", "users?", "luck",
    "customers?", "idempotency", "payload", "leases?", "epoch", "polls?", "polled", "polling", "webhooks?", "queues?",
    "sync(?:ed|s|ing)?", "unit of undo", "reward templates?", *NOT_AMERICAN,
)  # fmt: skip
WORD, ODD = (re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) for words in (NOT_OURS, NOT_AMERICAN))
ROOMS = ("issuance", "campaigns", "thanxportal/accounts")
# What only staff read, what only logs say, and what is read in the files of merchants.
FOR_OTHERS = (
    "admin", "staff", "management", "migrations", "column_names", "column_words", "phone_words", "reconcile", "worker",
    "models", "transitions", "webhooks", "partner_check", "issuance/api",
)  # fmt: skip
STAFF_PAGES = ("admin", "styleguide")
SQL = re.compile(r"SELECT|UPDATE|INSERT|%\(")
LEAST = 3  # words of what counts as a sentence


def pages(staff: bool = False) -> Iterator[tuple[str, str]]:
    """The words of each template, without its tags and values: of those for merchants, or for staff."""
    for path in sorted(Path("templates").rglob("*")):
        if path.suffix in (".html", ".txt") and staff is any(part in str(path) for part in STAFF_PAGES):
            text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text(), flags=re.DOTALL)
            named = " . ".join(re.findall(r'\b(?:title|action|label|note|placeholder)="([^"{]*)"', text))
            yield str(path), f"{named} . {re.sub(r'{%.*?%}|{{.*?}}|<[^>]*>', ' ', text, flags=re.DOTALL)}"


def sentences() -> Iterator[tuple[str, str]]:
    """The strings of our code that are long enough to be read by somebody."""
    for room in ROOMS:
        for path in sorted(Path(room).rglob("*.py")):
            if not any(part in str(path) for part in FOR_OTHERS):
                yield from ((str(path), text) for text in strings_of(ast.parse(path.read_text())))


def strings_of(tree: ast.Module) -> Iterator[str]:
    nodes = [*ast.walk(tree)]
    unread = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings
    logs = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")]
    unread |= {id(child) for node in logs for child in ast.walk(node)}
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in unread)
    for text in texts:
        if isinstance(text, str) and len(text.split()) >= LEAST and not SQL.search(text):
            yield text


@pytest.mark.parametrize("told", [pages, sentences])
def test_no_sentence_has_a_word_that_we_do_not_use(told: Callable[[], Iterator[tuple[str, str]]]) -> None:
    found = [f"{place}: {match[0]}" for place, text in told() for match in WORD.finditer(text)]
    assert found == []


def test_pages_of_staff_speak_american_english_as_well() -> None:
    assert [f"{place}: {match[0]}" for place, text in pages(staff=True) for match in ODD.finditer(text)] == []


def test_the_words_are_found_where_they_stand() -> None:
    assert len([*pages()]) > 100
    assert len([*sentences()]) > 300
    assert WORD.search("The canary was polled.")
    assert not WORD.search("Nobody is rewarded twice.")
