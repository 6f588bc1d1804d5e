"""REST keeps to its OpenAPI document, whatever is sent: no failure, no answer it does not name."""

from __future__ import annotations

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.schemas import APIOperation

from command.people.rights import Role
from tests.command.console_stage import Stage, bearer, eventually, settled
from tests.command.controller_on_the_bus import COVERAGE

schemathesis.checks.load_all_checks()
# A place outside the district has the form that was asked for, and is refused.
MEANING = CHECKS.get_by_names(["positive_data_acceptance"])
# It would leave nobody signed in for what comes after it.
ENDS = {"path": "/api/v1/session", "method": "DELETE"}


@pytest.fixture(scope="module")
def key(shared_stage: Stage) -> str:
    shared_stage.people.roster.add("chief", Role.ADMINISTRATOR, "长")
    return settled(shared_stage.people, "chief")


@pytest.fixture(scope="module")
def document(shared_stage: Stage, key: str) -> schemathesis.BaseSchema:
    """Of a console that has been told all there is."""
    told = shared_stage.topics.coverage(), COVERAGE
    shared_stage.do(shared_stage.controller.bus.publish(*told, retain=True))
    eventually(lambda: _is_known(shared_stage, key))
    found = schemathesis.openapi.from_url(f"{shared_stage.url}/api/v1/openapi.json")
    return found.exclude(**ENDS)


def _is_known(stage: Stage, key: str) -> bool:
    return requests.get(f"{stage.url}/api/v1/coverage", headers=bearer(key), timeout=10).ok


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_one_that_the_document_names(
    document: schemathesis.BaseSchema, key: str, mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    for found in document.get_all_operations():
        operation = found.ok()
        with subtests.test(operation.label):
            _try(operation, key, mode)


def _try(operation: APIOperation, key: str, mode: GenerationMode) -> None:
    """Asks an operation what its document allows, or what it does not."""

    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=bearer(key), excluded_checks=MEANING)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, f"nothing can be sent to {operation.label}"
