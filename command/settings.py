"""What a district sets for its console, in `console.yaml` beside its other files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from command.acts import sentence_of
from command.people.rights import Right, ask_kinds, right_for_kind
from fleet.process import Refusal

FILE: Final = "console.yaml"
ACTS: Final = tuple(
    kind.model_fields["ask"].default for kind in ask_kinds() if right_for_kind(kind) is Right.ACT
)


def _known(act: str) -> str:
    if act not in ACTS:
        raise ValueError(f"there is no act {act!r}; there are {', '.join(ACTS)}")
    return act


class ConsoleSettings(BaseModel):
    """Nothing needs a second person unless it is named: at night there may be only one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    two_person: tuple[Annotated[str, AfterValidator(_known)], ...] = Field(
        default=(), description="Acts that a second person must confirm, by name."
    )
    two_person_minutes: float = Field(
        default=5, ge=1, le=60, description="How long such an act waits for the second person."
    )


USUAL: Final = ConsoleSettings()


def read_settings(path: Path) -> ConsoleSettings:
    """
    Raises:
        Refusal: if the file cannot be read or says what it may not.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        return ConsoleSettings.model_validate({} if found is None else found)
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise Refusal(f"{path} is no YAML: {' '.join(str(error).split())[:300]}") from None
    except ValidationError as error:
        raise Refusal(f"{path}: {sentence_of(error)}") from None
