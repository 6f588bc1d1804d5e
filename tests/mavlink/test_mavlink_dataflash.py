"""Logs of a vehicle: the newest found, fetched whole over bad wires, refused in words."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.dataflash import (
    CHUNK,
    LARGEST_BYTES,
    PIECE,
    EndLogTransfer,
    FetchLog,
    LogEntry,
    NewestLog,
    NoLog,
)
from fleet.mavlink.exchange import VehicleFault, VehicleRefused, VehicleSilent
from tests.mavlink.log_side import LogSide
from tests.mavlink.mavlink_stage import ADDRESS, SYSID, Wire, run


def log_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def fetched(log: bytes, wire: Wire, within_s: float = 600.0) -> tuple[bytes, LogSide, float]:
    side = LogSide([b"old", log])
    exchange = FetchLog(ADDRESS, LogEntry(2, len(log)))
    took_s = run(exchange, side, wire, within_s)  # type: ignore[arg-type]
    return exchange.result(), side, took_s


@pytest.mark.parametrize("size", [1, CHUNK, CHUNK + 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_log_is_fetched_whole_piece_by_piece(size: int) -> None:
    log = log_of(size)
    got, side, _ = fetched(log, Wire())
    assert got == log
    assert len(side.asked) == -(-size // PIECE)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 4 * PIECE))
def test_over_a_wire_that_loses_repeats_and_reorders_it_is_the_same_log(
    seed: int, size: int
) -> None:
    log = log_of(size)
    wire = Wire(seed, loss=0.3, repeats=0.2, delay_s=(0.05, 0.5))
    assert fetched(log, wire)[0] == log


def test_only_what_was_lost_is_asked_for_again() -> None:
    log = log_of(20 * PIECE)
    _, side, _ = fetched(log, Wire(1, loss=0.05))
    asked = sum(m.count for m in side.asked)
    assert asked < 1.5 * len(log)


def test_the_newest_of_many_logs_is_found_also_over_a_bad_wire() -> None:
    logs = [log_of(n) for n in range(1, 60)]
    for wire in (Wire(), Wire(3, loss=0.3, repeats=0.2, delay_s=(0.05, 0.5))):
        exchange = NewestLog(ADDRESS)
        run(exchange, LogSide(logs), wire)  # type: ignore[arg-type]
        assert exchange.result() == LogEntry(59, 59)


@pytest.mark.parametrize("logs", [[], [b"older", b""]])
def test_a_vehicle_without_a_log_says_so(logs: list[bytes]) -> None:
    exchange = NewestLog(ADDRESS)
    run(exchange, LogSide(logs), Wire())  # type: ignore[arg-type]
    with pytest.raises(NoLog, match="keeps no log"):
        exchange.result()


def test_a_log_too_large_to_be_held_is_refused() -> None:
    exchange = NewestLog(ADDRESS)
    exchange.begin(0.0)
    exchange.take(mavlink.MAVLink_log_entry_message(1, 1, 1, 0, LARGEST_BYTES + 1), 0.1)
    with pytest.raises(VehicleRefused, match="more than"):
        exchange.result()


def test_a_log_that_ends_early_is_told_with_the_byte() -> None:
    side = LogSide([log_of(100)])
    exchange = FetchLog(ADDRESS, LogEntry(1, 150))
    run(exchange, side, Wire())  # type: ignore[arg-type]
    with pytest.raises(VehicleRefused, match="ends at byte 100 of 150"):
        exchange.result()


def test_a_vehicle_that_says_nothing_is_given_up() -> None:
    for exchange in (NewestLog(ADDRESS), FetchLog(ADDRESS, LogEntry(1, 500))):
        run(exchange, LogSide([]), Wire(loss=1.0))  # type: ignore[arg-type]
        with pytest.raises(VehicleSilent):
            exchange.result()


def test_the_end_is_told_once() -> None:
    side = LogSide([])
    exchange = EndLogTransfer(ADDRESS)
    run(exchange, side, Wire(delay_s=(0.0, 0.0)))  # type: ignore[arg-type]
    assert exchange.result()
    assert len(side.asked) <= 1  # it does not wait to see it arrive


numbers = st.integers(0, 2**32 - 1)
messages = st.one_of(
    st.builds(
        mavlink.MAVLink_log_data_message,
        st.integers(0, 3),
        numbers | st.sampled_from([0, 90, 180]),
        st.integers(0, 255),
        st.just([7] * CHUNK),
    ),
    st.builds(
        mavlink.MAVLink_log_entry_message,
        *(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), numbers, numbers),
    ),
)


@given(st.lists(messages, max_size=40), st.booleans())
def test_whatever_a_vehicle_says_nothing_breaks(said: list[Any], listing: bool) -> None:
    exchange: Any = NewestLog(ADDRESS) if listing else FetchLog(ADDRESS, LogEntry(1, 200))
    exchange.begin(0.0)
    for n, message in enumerate(said, start=1):
        for answer in exchange.take(message, n / 10):
            assert answer.target_system == SYSID
        if n / 10 >= exchange.due_s:
            exchange.tick(n / 10)
    if exchange.finished:
        with contextlib.suppress(VehicleFault):
            assert exchange.result()
