"""Style sheets are many for people, one for browsers, and measure with tokens."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from thanxportal.stylesheets import NAME, joined, packed

CSS = settings.BASE_DIR / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()
OTHERS = sorted(file for file in CSS.rglob("*.css") if file.name != "tokens.css")
HAIRLINE = r"(?<![\w.-])-?1px"


def code(file: Path) -> str:
    text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
    return re.sub(r'url\(".*?"\)', "", text)


def test_the_browser_gets_every_file_once_and_the_layers_first() -> None:
    found = finders.find(NAME)
    assert isinstance(found, str)
    css = Path(found).read_text()
    assert css == joined()
    assert "/*" not in css
    assert css.index("@layer tokens, base, layout, components, pages;") < css.index("@layer base {")
    for file in OTHERS:
        if file.parent.name in ("components", "pages"):
            assert css.count(packed(file.read_text())) == 1, file


@pytest.mark.parametrize("file", OTHERS, ids=lambda file: file.stem)
def test_pixels_and_sizes_of_type_are_tokens(file: Path) -> None:
    rules = re.sub(r"@media [^{]*", "", code(file))  # Variables can't be used there.
    assert not re.findall(r"[\d.]+px", re.sub(HAIRLINE, "", rules))
    sizes = re.findall(r"font(?:-size)?: ([^;]*);", rules)
    assert not [size for size in sizes if not re.match(r"var\(--text|inherit|0$|\.9em$|1rem$", size)]


def test_every_token_is_there_and_used() -> None:
    named = set(re.findall(r"^ +(--[\w-]+):", TOKENS, re.MULTILINE))
    used = set(re.findall(r"var\((--[\w-]+)", TOKENS + "".join(map(code, OTHERS))))
    own = set(re.findall(r"(--[\w-]+):", "".join(map(code, OTHERS))))
    assert used - named - own == set()
    assert named - used == set()


def test_no_class_is_left_over() -> None:
    classes = {name for file in OTHERS if file.stem != "admin" for name in re.findall(r"\.([a-z][\w-]*)", code(file))}
    places = [*settings.BASE_DIR.glob("templates/**/*.html"), *settings.BASE_DIR.glob("static/js/*.js")]
    places += [
        file for app in ("issuance", "campaigns", "thanxportal") for file in settings.BASE_DIR.glob(f"{app}/**/*.py")
    ]
    words = set(re.findall(r"[\w-]+", "\n".join(file.read_text() for file in places)))
    given = {
        "nonfield",
        "htmx-request",
        *(f"arm-{arm}" for arm in "abcd0"),
        *(f"tone-{tone}" for tone in ("ok", "warn", "bad", "info")),
    }
    assert classes - words - given == set()
