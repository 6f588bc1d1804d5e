"""The district of Longgang, whole or copied to be broken."""

import shutil
from pathlib import Path

LONGGANG = Path(__file__).parents[2] / "configs" / "longgang"


def copied(into: Path) -> Path:
    """A copy of the district's files that a test may change."""
    target = into / "longgang"
    target.mkdir()
    for file in LONGGANG.iterdir():
        if file.is_file():
            shutil.copy(file, target)
    return target


def edit(file: Path, old: str, new: str) -> int:
    """Replaces the first occurrence and answers with the line it is in."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file.name}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1
