"""Every text of the workbench has its English."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

_REPORT = Path(str(files("services.report")))


def test_every_text_of_the_templates_is_translated_and_nothing_else_is_kept() -> None:
    found = extract_from_dir(_REPORT / "templates" / "workbench", [("**.html", "jinja2")], {"**.html": {"trim_blocks": "true"}})
    used = {str(message) for _, _, message, _, _ in found}
    with (_REPORT / "locale" / "en.po").open("rb") as source:
        translated = {str(m.id): str(m.string) for m in read_po(source, locale="en") if m.id}
    assert len(used) > 100
    assert sorted(used - {k for k, v in translated.items() if v}) == []
    assert sorted(translated.keys() - used) == [], "texts that no page shows any more"
