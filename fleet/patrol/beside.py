"""Plans of patrols made by a process of its own: the search takes all of a processor for seconds.

``python -m fleet.patrol.beside`` reads a question as JSON and writes the plan."""

from __future__ import annotations

import asyncio
import sys

from pydantic import BaseModel

from fleet.district.model import District
from fleet.patrol.file import PatrolFile
from fleet.patrol.limits import Limits
from fleet.patrol.plan import PatrolPlan, WindView
from fleet.patrol.planning import plan_patrol
from fleet.process import Refusal
from planner.model import Wind
from planner.patrol.search import Search

SEED, ITERATIONS, WITHIN_S = 1, 1500, 25.0


class Question(BaseModel):
    """A plan as it is wanted."""

    district: District
    patrol: PatrolFile
    wind: WindView
    limits: Limits


class Beside:
    """Asks a child process, which ends with whoever waits for it."""

    def __init__(self, district: District) -> None:
        self._district = district

    async def plan(self, patrol: PatrolFile, wind: Wind, limits: Limits) -> PatrolPlan:
        """Raises Refusal with the child's words."""
        question = Question(
            district=self._district,
            patrol=patrol,
            wind=WindView(speed_ms=wind.speed_ms, from_deg=wind.from_deg),
            limits=limits,
        )
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fleet.patrol.beside"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            told, wrong = await child.communicate(question.model_dump_json().encode())
        finally:
            if child.returncode is None:
                child.kill()
        if child.returncode != 0:
            raise Refusal(wrong.decode(errors="replace").strip().rpartition("\n")[2])
        return PatrolPlan.model_validate_json(told)


def answered(
    question: Question, iterations: int = ITERATIONS, within_s: float = WITHIN_S
) -> PatrolPlan:
    """The plan, searched for here and now."""
    wind = Wind(question.wind.speed_ms, question.wind.from_deg)
    search = Search(SEED, iterations, within_s, lambda *_: None)
    return plan_patrol(question.district, question.patrol, wind, search, question.limits)


if __name__ == "__main__":
    try:
        found = answered(Question.model_validate_json(sys.stdin.buffer.read()))
    except Refusal as refusal:
        raise SystemExit(str(refusal)) from None
    sys.stdout.write(found.model_dump_json())
