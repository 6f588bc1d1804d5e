"""What the timeline tells has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fleet.sorties.sortie import SortieTrigger

WORDS = Path(__file__).parents[2] / "command" / "web" / "src" / "i18n"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_step_of_a_sortie_has_words(language: str) -> None:
    text = (WORDS / f"{language}.ts").read_text(encoding="utf-8")
    block = re.search(r"\n    trigger: \{\n(.*?)\n    \}", text, re.DOTALL)
    assert block is not None
    told = set(re.findall(r"^      (\w+):", block[1], re.MULTILINE))
    assert {str(trigger) for trigger in SortieTrigger} - told == set()
