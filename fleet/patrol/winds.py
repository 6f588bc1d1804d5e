"""The winds of a day: which is planned for from what time on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import yaml

from fleet.patrol.file import HOUR_S
from fleet.process import Refusal
from planner.model import Wind


class Blowing(NamedTuple):
    """From then on, in seconds since midnight."""

    from_s: float
    wind: Wind


class Winds:
    """One or more, in the order of the day; the first blows before its time too."""

    def __init__(self, told: Sequence[Blowing]) -> None:
        self.told = tuple(told)

    @classmethod
    def steady(cls, wind: Wind) -> Winds:
        return cls((Blowing(0.0, wind),))

    @property
    def strongest(self) -> Wind:
        return max((each.wind for each in self.told), key=lambda wind: wind.speed_ms)

    def number_at(self, at_s: float) -> int:
        return max(0, sum(each.from_s <= at_s for each in self.told) - 1)

    def changes_after_s(self, at_s: float) -> float:
        """When the next one begins to blow; infinite for the last."""
        return min((each.from_s for each in self.told[1:] if each.from_s > at_s), default=math.inf)


def read_winds(file: Path) -> Winds:
    """A forecast: a YAML mapping of times of day to winds, such as ``"07:00": 4@60``.

    Raises:
        Refusal: with the file and what is wrong in it.
    """
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Refusal(f"{file} cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(read, dict) or not read:
        raise Refusal(f'{file}: expected times and winds, such as "07:00": 4@60')
    told = [Blowing(_time_s(file, key), _wind(file, key, value)) for key, value in read.items()]
    for one, following in pairwise(told):
        if one.from_s >= following.from_s:
            raise Refusal(f"{file}: the times must be in the order of the day, each once")
    return Winds(told)


def _time_s(file: Path, key: object) -> float:
    hour, _, minute = str(key).partition(":")
    if not (isinstance(key, str) and hour.isdecimal() and minute.isdecimal()):
        raise Refusal(f'{file}: {key!r} is no time of day, such as "07:00" (in quotes)')
    if int(hour) > 24 or int(minute) > 59:
        raise Refusal(f'{file}: {key!r} is no time of day, such as "07:00"')
    return int(hour) * HOUR_S + int(minute) * 60.0


def _wind(file: Path, key: object, value: object) -> Wind:
    speed, _, from_ = str(value).partition("@")
    try:
        wind = Wind(float(speed), float(from_))
    except ValueError:
        raise Refusal(f"{file}: {key}: {value!r} is no wind, such as 4@60") from None
    if not (0 <= wind.speed_ms <= 60 and 0 <= wind.from_deg <= 360):
        raise Refusal(f"{file}: {key}: {value!r} is no wind from 0 to 60 m/s and 0 to 360 degrees")
    return wind
