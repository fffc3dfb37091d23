"""`make image-check` plays what the Dockerfile says, and nothing of the work tree gets into the image unasked."""

from __future__ import annotations

from pathlib import Path

from tests.image.dockerfile import Player, instructions

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text()


def test_continued_lines_are_one_instruction_and_comments_none() -> None:
    text = "# A comment.\nFROM a AS b\nRUN one \\\n    && two\n\nUSER c\n"
    assert [*instructions(text)] == [("FROM", "a AS b"), ("RUN", "one && two"), ("USER", "c")]


def test_every_instruction_of_the_dockerfile_can_be_played() -> None:
    assert all(hasattr(Player, f"_{word.lower()}") for word, _ in instructions(TEXT))


def test_the_context_has_what_is_copied_and_nothing_else() -> None:
    copied = {
        source
        for word, rest in instructions(TEXT)
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    }
    first, *rest = (ROOT / ".dockerignore").read_text().split()
    assert first == "*"
    assert {line[1:] for line in rest if line.startswith("!")} == copied
    assert not copied & {".env", ".git", "var", "."}
