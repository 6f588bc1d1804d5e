"""The README's table of what the vehicle contract shows, made from the results of a run.

make contract
"""

from __future__ import annotations

import ast
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"
KINDS = {"builtin": "builtin", "ardupilot": "ArduCopter"}
BEGIN, END = "<!-- contract: made by `make contract` -->", "<!-- end of contract -->"


@dataclass(frozen=True)
class Behaviour:
    area: str
    test: str

    @property
    def words(self) -> str:
        return self.test.removeprefix("test_").replace("_", " ")


def behaviours() -> list[Behaviour]:
    """All that the suite shows, in the order of its files."""
    found = []
    for path in sorted(HERE.glob("test_contract_*.py")):
        module = ast.parse(path.read_text())
        area = _area(ast.get_docstring(module) or path.stem)
        for node in module.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_shown(node):
                found.append(Behaviour(area, node.name))
    return found


def _is_shown(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tests that fly a vehicle; not those of this table."""
    return node.name.startswith("test_") and "stage" in [arg.arg for arg in node.args.args]


def _area(docstring: str) -> str:
    words = re.sub(r"\s+", " ", docstring.split("\n\n")[0]).removeprefix("Contract: ")
    return words.rstrip(".").partition(":")[0].split(", and what")[0]


def table(shown: set[tuple[str, str]]) -> str:
    """A row for each behaviour; ``shown`` holds (test, kind of vehicle)."""
    rows, area = [], ""
    for behaviour in behaviours():
        if behaviour.area != area:
            area = behaviour.area
            rows.append(f"| **{area}** |" + " |" * len(KINDS))
        marks = ["✓" if (behaviour.test, kind) in shown else "–" for kind in KINDS]
        rows.append(f"| {behaviour.words} | {' | '.join(marks)} |")
    head = f"| behaviour | {' | '.join(KINDS.values())} |\n|---|{':---:|' * len(KINDS)}"
    return "\n".join([head, *rows])


def section(shown: set[tuple[str, str]]) -> str:
    """What stands between the marks in the README."""
    names = [behaviour.test for behaviour in behaviours()]
    counts = " and ".join(
        f"{sum((name, kind) in shown for name in names)} on {label}"
        for kind, label in KINDS.items()
    )
    what = f"{len(names)} behaviours of a vehicle, shown by the same tests"
    head = f"{BEGIN}\n<details><summary>{what}: {counts}</summary>"
    return f"{head}\n\n{table(shown)}\n\n</details>\n{END}"


def shown_in(report: Path) -> set[tuple[str, str]]:
    """The (test, kind) of a JUnit report of which every case has passed."""
    passed: dict[tuple[str, str], bool] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name, _, parameters = case.attrib["name"].partition("[")
        well = not any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
        for kind in KINDS:
            if kind in parameters.rstrip("]").split("-"):
                passed[name, kind] = passed.get((name, kind), True) and well
    return {key for key, well in passed.items() if well}


def between_marks(readme: str) -> str:
    return readme[readme.index(BEGIN) : readme.index(END) + len(END)]


def main(arguments: Iterable[str]) -> None:
    readme = README.read_text()
    made = section(set().union(*(shown_in(Path(report)) for report in arguments)))
    README.write_text(readme.replace(between_marks(readme), made))


if __name__ == "__main__":
    main(sys.argv[1:])
