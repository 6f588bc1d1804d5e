"""State machines as tables, ``{(state, trigger): state}``, and one function to move along them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
T = TypeVar("T", bound=StrEnum)


class IllegalTransition(Exception):
    """A trigger that the present state does not know; names what it does know."""

    def __init__(self, entity: str, state: StrEnum, trigger: StrEnum, allowed: Iterable[StrEnum]):
        self.entity, self.state, self.trigger = entity, state, trigger
        self.allowed = tuple(allowed)
        words = ", ".join(self.allowed) or "nothing: it has ended"
        super().__init__(f"{entity} is {state} and cannot take '{trigger}'; it can take {words}")


@dataclass(frozen=True)
class Table(Generic[S, T]):
    """Which trigger leads from which state where; states without a way out are final."""

    entity: str
    moves: Mapping[tuple[S, T], S]
    final: frozenset[S] = field(init=False)

    def __post_init__(self) -> None:
        states = {state for state, _ in self.moves} | set(self.moves.values())
        leavable = {state for state, _ in self.moves}
        object.__setattr__(self, "final", frozenset(states - leavable))

    def advance(self, state: S, trigger: T) -> S:
        """The state after ``trigger``.

        Raises:
            IllegalTransition: if ``state`` does not know the trigger.
        """
        if (state, trigger) not in self.moves:
            raise IllegalTransition(self.entity, state, trigger, self.triggers(state))
        return self.moves[state, trigger]

    def triggers(self, state: S) -> tuple[T, ...]:
        return tuple(trigger for known, trigger in self.moves if known == state)
