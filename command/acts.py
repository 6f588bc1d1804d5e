"""Asks the controller on behalf of a person, and says plainly when it does not do it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from ulid import ULID

from command.door import Door, DoorClosed
from command.people.repeats import Repeats
from command.waits import Waits
from fleet.bus import Bus, BusUnreachable, Reply, RequestFailed, Topics
from fleet.clock import Clock
from fleet.contract import Ask
from fleet.datum import Datum, to_wgs84

_LOG = logging.getLogger(__name__)
_ASK: TypeAdapter[Ask] = TypeAdapter(Ask)
_STATUS = {
    "invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "locked": HTTPStatus.TOO_MANY_REQUESTS,
    "not_found": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.CONFLICT,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "internal": HTTPStatus.BAD_GATEWAY,
}


@dataclass
class Refused(Exception):
    """What was not done, and why in one sentence; ``code`` is the contract's word for it."""

    code: str
    reason: str

    @property
    def status(self) -> HTTPStatus:
        return _STATUS.get(self.code, HTTPStatus.CONFLICT)


def read_ask(data: Any) -> Ask:
    """The ask in plain data from outside, its position converted from ``datum`` to WGS-84.

    Raises:
        Refused: if it is none of ours, naming what is wrong with it.
    """
    if not isinstance(data, dict):
        raise Refused("invalid", "an ask must be an object with the field 'ask'")
    fields = dict(data)
    datum = fields.pop("datum", Datum.WGS84.value)
    try:
        # as JSON, where a time is a text and a tuple a list
        ask = _ASK.validate_json(json.dumps(fields, allow_nan=False), strict=True)
    except ValidationError as error:
        raise Refused("invalid", sentence_of(error)) from None
    except (TypeError, ValueError):
        raise Refused("invalid", "an ask must be plain JSON") from None
    lon, lat = getattr(ask, "lon", None), getattr(ask, "lat", None)
    if lon is None or lat is None:
        return ask
    return ask.model_copy(update=dict(zip(("lon", "lat"), wgs84(lon, lat, datum), strict=True)))


def wgs84(lon: float, lat: float, datum: Any) -> tuple[float, float]:
    """
    Raises:
        Refused: if it is no place on Earth, or the datum is none of ours.
    """
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise Refused(
            "invalid",
            f"lon must be from -180 to 180 and lat from -90 to 90, not {lon:g}, {lat:g}",
        )
    try:
        known = Datum(datum)
    except ValueError:
        names = ", ".join(each.value for each in Datum)
        raise Refused("invalid", f"datum must be one of {names}, not {str(datum)[:40]!r}") from None
    return to_wgs84(lon, lat, known)


def sentence_of(error: ValidationError) -> str:
    """The first fault as '<where>: <what>', and how many more there are."""
    faults = error.errors(include_url=False, include_context=False)
    first = faults[0]
    where = ".".join(str(part) for part in first["loc"]) or "the request"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{where}: {first['msg'][:300]}{more}"


class Acts:
    """Puts asks to the controller from any thread of the web server."""

    def __init__(
        self,
        door: Door,
        bus: Bus,
        topics: Topics,
        clock: Clock,
        is_online: Callable[[], bool],
        waits: Waits,
        repeats: Repeats,
    ) -> None:
        self._door, self._bus, self._topics, self._clock = door, bus, topics, clock
        self._is_online, self._waits = is_online, waits
        self._repeats = repeats
        self._under_way: dict[str, asyncio.Future[Reply]] = {}  # only on the loop

    def ask(self, ask: Ask, key: str | None = None) -> dict[str, Any]:
        """The body of the controller's answer. With the same ``key`` the same ask is done once,
        and its first answer is given again.

        Raises:
            Refused: if the controller refuses, is absent, or does not answer in time.
        """
        if key is None:
            return self._put(ask, str(ULID()))
        id_ = _request_id(key, ask)
        content = hashlib.sha256(ask.model_dump_json().encode()).hexdigest()
        try:
            first, answer = self._repeats.first(id_, content)
        except SQLAlchemyError as error:  # the controller knows repeats for a while, too
            _LOG.error("nobody knows whether %s was asked before: %s", id_, error)
            return self._put(ask, id_)
        if first != content:
            raise Refused("invalid", "this idempotency key was used for a different request")
        if answer is not None:
            return answer
        answer = self._put(ask, id_)
        try:
            self._repeats.keep(id_, answer)
        except SQLAlchemyError as error:
            _LOG.error("the answer to %s is not kept: %s", id_, error)
        return answer

    def _put(self, ask: Ask, id_: str) -> dict[str, Any]:
        try:
            reply = self._door.call(lambda: self._request(ask, id_))
        except DoorClosed:
            raise Refused("unavailable", "the console is ending") from None
        except RequestFailed as failure:
            raise self._refusal(failure, ask) from None
        except BusUnreachable as failure:
            raise Refused("unavailable", str(failure)) from None
        return reply.body

    def _refusal(self, failure: RequestFailed, ask: Ask) -> Refused:
        if failure.code != "timeout":
            return Refused(failure.code or "conflict", failure.reason)
        if not self._is_online():
            return Refused(
                "unavailable", "the controller is not heard; nothing is known to be done"
            )
        return Refused(
            "timeout",
            f"the controller did not answer within {self._patience_s(ask):g} s; look whether it "
            "was done before you repeat it",
        )

    async def _request(self, ask: Ask, id_: str) -> Reply:
        """Whoever asks the same while it is being answered shares the answer."""
        asking = self._under_way.get(id_)
        if asking is None:
            asking = asyncio.ensure_future(
                self._bus.request(
                    self._topics.controller_request(),
                    ask,
                    # A person's patience does not shrink when simulated time runs faster.
                    timeout_s=self._patience_s(ask) * self._clock.speedup,
                    id_=id_,
                )
            )
            self._under_way[id_] = asking
            asking.add_done_callback(lambda _: self._under_way.pop(id_, None))
        return await asyncio.shield(asking)

    def _patience_s(self, ask: Ask) -> float:
        if not self._is_online():
            return self._waits.absent_answer_s
        return self._waits.reckoning_s if ask.ask == "explain_decision" else self._waits.answer_s


def _request_id(key: str, ask: Ask) -> str:
    """The same for the same key, in this process and in every other."""
    digest = hashlib.sha256(json.dumps([ask.ask, key]).encode()).digest()
    return str(ULID.from_bytes(digest[:16]))
