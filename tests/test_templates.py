"""Templates are written for people and sent without what only people need."""

from pathlib import Path

import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.template.loader import render_to_string


def rendered(file: Path, source: str, **context: object) -> str:
    file.write_text(source)
    loaders, libraries = ["thanxportal.template_loader.Loader"], {"l10n": "django.templatetags.l10n"}
    engine = Engine(dirs=[str(file.parent)], loaders=loaders, libraries=libraries)
    return engine.get_template(file.name).render(Context(context))


def test_indentation_and_lines_of_tags_alone_are_not_sent(tmp_path: Path) -> None:
    source = (
        "{# A list. #}\n{% load l10n %}\n<ul>\n  {% for row in rows %}\n    <li>{{ row }}</li>\n  {% endfor %}\n</ul>\n"
    )
    assert rendered(tmp_path / "a.html", source, rows="ab") == "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"


def test_a_wrapped_sentence_is_one_line(tmp_path: Path) -> None:
    source = "<p>\n  Two of\n  <b>{{ n }}</b>\n  {% if n %}\n    or more\n  {% endif %}\n  rows.\n</p>\n"
    assert rendered(tmp_path / "a.html", source, n=3) == "<p> Two of <b>3</b> or more rows.</p>"


def test_values_keep_their_white_space(tmp_path: Path) -> None:
    assert rendered(tmp_path / "a.html", "  <b>{{ text }}</b>", text="  a\n    b\n") == "<b>  a\n    b\n</b>"


@pytest.mark.parametrize("source", ["<pre>\n  a\n  b\n</pre>", "<textarea>\n  a</textarea>"])
def test_where_white_space_is_text_it_stays(tmp_path: Path, source: str) -> None:
    assert rendered(tmp_path / "a.html", source) == source


def test_plain_text_keeps_its_indentation(tmp_path: Path) -> None:
    source = "{% autoescape off %}\nHello\n\n  {{ name }}\n{% endautoescape %}\n"
    assert rendered(tmp_path / "a.txt", source, name="Ana & Ben") == "Hello\n\n  Ana & Ben\n"


def test_no_page_of_ours_is_sent_indented() -> None:
    page = render_to_string("500.html")
    assert page.startswith("<!doctype html>")
    assert not [line for line in page.splitlines() if line != line.strip() or not line]


def component(source: str, **context: object) -> str:
    return Engine.get_default().from_string(source).render(Context(context))


def test_a_component_has_values_and_a_body_that_is_escaped_once() -> None:
    page = component('{% component "notice" tone="warn" title=name %}\n{{ name }}\n{% endcomponent %}', name="A & B")
    assert 'class="notice warn"' in page
    assert page.count("A &amp; B") == 2


def test_a_component_sees_nothing_else_of_the_page() -> None:
    assert "nowhere" not in component('{% component "notice" %}x{% endcomponent %}', url="/nowhere/", action="Go")


def test_a_component_takes_only_named_values() -> None:
    with pytest.raises(TemplateSyntaxError, match="name=value, not shouting"):
        component('{% component "notice" tone="warn" shouting %}x{% endcomponent %}')
