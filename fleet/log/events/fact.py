"""What all facts of the log have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Base of all events."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: ClassVar[str]  # the field that says whose story it belongs to

    @property
    def subject(self) -> str:
        """The id of what it is about."""
        return str(getattr(self, self.about))

    @property
    def of_incident(self) -> str | None:
        """The incident it belongs to, if any."""
        return getattr(self, "incident", None)
