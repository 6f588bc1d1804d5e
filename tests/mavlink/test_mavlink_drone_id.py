"""Open Drone ID: what drones are told to identify themselves by, and what they do without."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.clock import Clock
from fleet.district.load import load
from fleet.district.model import RemoteId
from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.drone_id import EPOCH_UNIX_S, DroneIdentity, Identify
from fleet.mavlink.effect import changes
from fleet.mavlink.reactor import Reactor
from fleet.process import Refusal
from fleet.units.identity import identities
from sitl.arducopter.launch import Arducopter, launched
from sitl.arducopter.program import command_line, find_arducopter
from sitl.craft import CraftSpec
from tests.sitl.builtin_yard import SYSID, Yard

WHO = DroneIdentity("1581F5ABCDE", "CHN-LG-0001", "fire", 114.247, 22.721, 52.5)
NOW_S = EPOCH_UNIX_S + 1000.25
GOOD, FAILS = (
    mavlink.MAV_ODID_ARM_STATUS_GOOD_TO_ARM,
    mavlink.MAV_ODID_ARM_STATUS_PRE_ARM_FAIL_GENERIC,
)
ENABLED = {"DID_ENABLE": 1.0, "DID_OPTIONS": 1.0}


def identify(who: DroneIdentity = WHO) -> Identify:
    return Identify(VehicleAddress(SYSID), who, lambda: NOW_S)


def test_what_stays_is_told_every_third_second_and_the_operators_place_every_second() -> None:
    exchange, told, now_s = identify(), [], 5.0
    messages = exchange.begin(now_s)
    for _ in range(7):
        told.append([message.get_type().removeprefix("OPEN_DRONE_ID_") for message in messages])
        assert exchange.due_s == now_s + 1.0
        now_s = exchange.due_s
        messages = exchange.tick(now_s)
    assert told == [
        ["SYSTEM", "BASIC_ID", "OPERATOR_ID", "SELF_ID"] if second % 3 == 0 else ["SYSTEM"]
        for second in range(7)
    ]


def test_each_message_names_the_drone_and_says_what_is_configured() -> None:
    system, basic, operator, itself = identify().begin(0.0)
    for message in (system, basic, operator, itself):
        VehicleAddress(SYSID).check(message)
        assert not changes(message)  # who has the drone's lease does not matter
    assert (system.operator_latitude, system.operator_longitude) == (227210000, 1142470000)
    assert (system.operator_altitude_geo, system.timestamp) == (52.5, 1000)
    assert bytes(basic.uas_id).rstrip(b"\0") == b"1581F5ABCDE"
    assert operator.operator_id.rstrip("\0" if isinstance(operator.operator_id, str) else b"\0")
    assert _packed(operator).operator_id == "CHN-LG-0001"
    assert _packed(itself).description == "fire"


def _packed(message: Any) -> Any:
    """As it comes out of the wire."""
    (heard,) = mavlink.MAVLink(None).parse_buffer(message.pack(mavlink.MAVLink(None, 255, 190)))
    return heard


def test_drones_with_a_serial_number_are_identified_where_an_operator_is_configured() -> None:
    district = load(Path("configs/longgang"))
    assert identities(district) == {}
    told = RemoteId(operator_id="CHN-LG-0001", operator_at=(114.247, 22.721))
    one = district.drones[0].model_copy(update={"serial": "1581F5ABCDE"})
    system = district.system.model_copy(update={"remote_id": told})
    drones = (one, *district.drones[1:])
    known = identities(district.model_copy(update={"system": system, "drones": drones}))
    assert list(known) == ["U01"]
    assert (known["U01"].description, known["U01"].alt_hae_m) == ("emergency response", None)


def test_a_builtin_vehicle_that_must_identify_itself_does_not_arm_before_it_can() -> None:
    yard = Yard()
    yard.craft.parameters.update(ENABLED)
    assert yard.craft.autopilot.prearm() == "OpenDroneID: UA_TYPE required in BasicID"
    for message in identify().begin(0.0):
        yard.send(message)
    yard.step(0.2)
    assert yard.craft.autopilot.prearm() is None
    yard.step(4.0)
    assert yard.craft.autopilot.prearm() == "OpenDroneID: SYSTEM not available"
    statuses = [m for m in yard.said() if m.get_type() == "OPEN_DRONE_ID_ARM_STATUS"]
    assert {m.get_srcComponent() for m in statuses} == {mavlink.MAV_COMP_ID_ODID_TXRX_1}
    assert [m.status for m in statuses] == [GOOD] * 3 + [FAILS] * (len(statuses) - 3)
    assert statuses[-1].error == "SYSTEM not available"


def test_a_builtin_vehicle_that_need_not_identify_itself_arms_and_its_transmitter_is_silent() -> (
    None
):
    yard = Yard()
    yard.step(5.0)
    assert yard.craft.autopilot.prearm() is None
    assert not [m for m in yard.said() if m.get_type() == "OPEN_DRONE_ID_ARM_STATUS"]


class _Transmitter(asyncio.DatagramProtocol):
    """On the second link of an ArduCopter: says that it is well, whenever it hears anything."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._codec = mavlink.MAVLink(None, SYSID, mavlink.MAV_COMP_ID_ODID_TXRX_1)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        status = mavlink.MAVLink_open_drone_id_arm_status_message(GOOD, bytes(50))
        self._transport.sendto(status.pack(self._codec), addr)


@pytest.mark.ardupilot
@pytest.mark.timeout(180)
def test_a_real_arducopter_that_must_identify_itself_arms_once_it_is_told(tmp_path: Path) -> None:
    try:
        program = find_arducopter(None)
    except Refusal as refusal:
        pytest.skip(f"NOT FLOWN ON REAL ARDUPILOT: {refusal}")
    craft = CraftSpec("U07", "D07", SYSID, 114.24, 22.72, 45.0)

    async def main() -> None:
        wire, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            _Transmitter, local_addr=("127.0.0.1", 0)
        )
        other = f"127.0.0.1:{wire.get_extra_info('sockname')[1]}"
        async with Reactor("udp://127.0.0.1:0", {}, [SYSID], 5.0) as reactor:
            line = command_line(program, craft, reactor.address, other, 10.0)
            more = tmp_path / "more.parm"
            more.write_text("DID_ENABLE 1\nDID_OPTIONS 1\nDID_MAVPORT 1\n")
            line[line.index("--defaults") + 1] += f",{more}"
            async with launched([Arducopter("U07", line, tmp_path)]):
                await _arms_once_told(reactor.vehicle(SYSID))
        wire.close()

    Clock(speedup=10.0).run(main())


async def _arms_once_told(vehicle: Any) -> None:
    async with asyncio.timeout(400):
        await vehicle.connected()
        await vehicle.request_streams(5.0)
        await vehicle.until(lambda s: any("OpenDroneID" in why for why in s.prearm_failures))
        assert not vehicle.state.prearm_ok
        telling = asyncio.ensure_future(vehicle.identify(WHO, Clock().unix_s))
        await vehicle.until(lambda s: s.prearm_ok)
        await vehicle.set_mode("GUIDED")
        await vehicle.arm()
        await vehicle.disarm()
        telling.cancel()
