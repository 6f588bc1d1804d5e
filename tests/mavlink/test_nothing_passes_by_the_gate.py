"""Walks the code: what could put a MAVLink message on a wire without the gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mavlink.gate_walk import GRANTING, Find, finds

ROOT = Path(__file__).parents[2]
ROOMS = ("fleet", "docks", "command", "sitl")
SOURCES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "node_modules" not in path.parts
)

_WIRE, _GATE = "the wire itself", "into the gate"
_READS, _PASSED = "reads only", "what the gate has passed"
_GUEST = "to a ground station or from it, never to a vehicle"
_FILE, _PICTURES = "a file on this machine", "pictures, by HTTP"
_VEHICLE = "it plays a vehicle, and sends as one to the controller"
_WORD, _NAME = "a word of a document", "a field of our own, by its name"

# Where a name that may send, open a wire, make a packet or hide one of these is used, and why that
# is no way round the gate. Nothing else may.
ALLOWED = {
    ("fleet/mavlink/links.py", "UdpListener.send", "sendto"): _WIRE,
    ("fleet/mavlink/links.py", "TcpCaller.send", "write"): _WIRE,
    ("fleet/mavlink/links.py", "TcpCaller.run", "open_connection"): _WIRE,
    ("fleet/mavlink/links.py", "SerialLink._write", "write"): _WIRE,
    ("fleet/mavlink/conversation.py", "_Running.take", "send"): _GATE,
    ("fleet/mavlink/conversation.py", "_Running.run", "send"): _GATE,
    ("fleet/mavlink/guest.py", "Guest._pass", "send"): _GATE,
    ("fleet/mavlink/gate.py", "Gate.__init__", "_carry"): "the gate's way to the wire",
    ("fleet/mavlink/gate.py", "Gate.send", "_carry"): "the gate's way to the wire",
    ("fleet/mavlink/reactor.py", "Reactor.__init__", "_carry"): "given to the gate alone",
    ("fleet/mavlink/reactor.py", "Reactor._carry", "send"): _PASSED,
    ("fleet/mavlink/reactor.py", "Reactor._heartbeats", "send"): "no target, no command",
    ("fleet/mavlink/reactor.py", "Reactor.__init__", "Encoder"): "one encoder, one sequence",
    ("fleet/mavlink/reactor.py", "Reactor._encoder_for", "Encoder"): _PASSED,
    ("fleet/mavlink/codec.py", "", "MAVLink"): _READS,
    ("fleet/mavlink/codec.py", "Encoder.__init__", "MAVLink"): "the reactor's",
    ("fleet/mavlink/codec.py", "retargeted", "MAVLink"): _GUEST,
    ("fleet/mavlink/guest.py", "Guest.__init__", "Encoder"): _GUEST,
    ("fleet/mavlink/gateway.py", "Gateway._open", "start_server"): _GUEST,
    ("fleet/mavlink/gateway.py", "Outbox.run", "write"): _GUEST,
    ("fleet/lending/script.py", "Line.called", "write"): "to the gateway, as a guest",
    ("fleet/lending/script.py", "line_to", "open_connection"): "to the gateway, as a guest",
    ("fleet/lending/script.py", "run_script", "start_server"): "for the script beside us",
    ("fleet/lending/script.py", "Line._pass_on", "write"): "to the script beside us",
    ("fleet/record/files.py", "append", "write"): _FILE,
    ("fleet/record/keeper.py", "FlightRecords._settle", "write"): _FILE,
    ("fleet/record/keeper.py", "FlightRecords._keep_back", "write"): _FILE,
    ("fleet/record/keeper.py", "_written", "write"): _FILE,
    ("fleet/record/keeper.py", "_fault_of", "write"): _FILE,
    ("command/asyncapi.py", "_operations", "send"): _WORD,
    ("command/asyncapi.py", "_operation", "send"): _WORD,
    ("command/asyncapi.py", "answer_to", "getattr"): _NAME,
    ("command/table.py", "_Words.__init__", "getattr"): _NAME,
    ("fleet/cli/decision.py", "_row", "getattr"): _NAME,
    ("fleet/log/events/fact.py", "Fact.subject", "getattr"): _NAME,
    ("fleet/program.py", "_Rooms.get_command", "getattr"): "a command of ours, from its module",
    ("command/video/relay.py", "Relay.__init__", "Popen"): _PICTURES,
    ("sitl/video/source.py", "PictureSource.serving", "start_server"): _PICTURES,
    ("sitl/video/source.py", "PictureSource._serve", "write"): _PICTURES,
    ("sitl/video/source.py", "PictureSource._stream", "write"): _PICTURES,
    ("sitl/arducopter/bridge.py", "Bridge.__init__", "MAVLink"): _VEHICLE,
    ("sitl/arducopter/bridge.py", "Bridge.open", "create_datagram_endpoint"): _VEHICLE,
    ("sitl/arducopter/bridge.py", "Bridge._look_down", "sendto"): _VEHICLE,
    ("sitl/arducopter/bridge.py", "Bridge._send", "sendto"): _VEHICLE,
    ("sitl/arducopter/bridge.py", "_decoder", "MAVLink"): _READS,
    ("sitl/builtin/autopilot.py", "Autopilot.__init__", "send"): _VEHICLE,
    ("sitl/builtin/craft.py", "Craft.__init__", "MAVLink"): _VEHICLE,
    ("sitl/builtin/craft.py", "Craft.__init__", "send"): _VEHICLE,
    ("sitl/builtin/craft.py", "_decoder", "MAVLink"): _READS,
    ("sitl/builtin/telling.py", "Telling.__init__", "send"): _VEHICLE,
    ("sitl/builtin/drone_id.py", "DroneId.__init__", "send"): _VEHICLE,
    ("sitl/builtin/fleet.py", "BuiltinFleet.__init__", "send"): _VEHICLE,
    ("sitl/builtin/fleet.py", "BuiltinFleet.run", "create_datagram_endpoint"): _VEHICLE,
    ("sitl/builtin/fleet.py", "_Wire.send", "sendto"): _VEHICLE,
    ("sitl/builtin/mishaps.py", "Mishaps.__init__", "send"): _VEHICLE,
    ("sitl/builtin/shutter.py", "Shutter.__init__", "send"): _VEHICLE,
    ("sitl/virtual/wires.py", "Wires.__init__", "Encoder"): "the reactor's, in virtual time",
    ("sitl/virtual/wires.py", "Wires.__init__", "_carry"): "given to the gate alone",
}
# Who makes messages: exchanges, which hand them to whoever runs them, and the heartbeat. Vehicles
# of the simulator make those of vehicles.
MAKES = {
    "fleet/mavlink/ask_message.py": {"command_long"},
    "fleet/mavlink/command.py": {"command_int", "command_long"},
    "fleet/mavlink/dataflash.py": {"log_request_list", "log_request_data", "log_request_end"},
    "fleet/mavlink/drone_id.py": {
        "open_drone_id_basic_id",
        "open_drone_id_operator_id",
        "open_drone_id_self_id",
        "open_drone_id_system",
    },
    "fleet/mavlink/ftp_packet.py": {"file_transfer_protocol"},
    "fleet/mavlink/guest.py": {"command_ack", "mission_ack", "statustext"},  # to a ground station
    "fleet/mavlink/intervals.py": {"command_long"},
    "fleet/mavlink/key_setup.py": {"setup_signing"},
    "fleet/mavlink/mission.py": {
        "mission_count",
        "mission_item_int",
        "mission_request_list",
        "mission_request_int",
        "mission_ack",
    },
    "fleet/mavlink/params.py": {"param_request_read", "param_set"},
    "fleet/mavlink/reactor.py": {"heartbeat"},
    "fleet/mavlink/timesync.py": {"timesync"},
}


def everywhere() -> list[tuple[str, Find]]:
    return [
        (path.relative_to(ROOT).as_posix(), found)
        for path in SOURCES
        for found in finds(path.read_text("utf-8"))
    ]


USES = everywhere()


def test_nothing_may_send_but_what_is_listed_with_its_reason() -> None:
    used = {(path, f.where, f.what) for path, f in USES if not f.what.startswith("MAVLink_")}
    assert used == set(ALLOWED)


def test_messages_are_made_only_by_exchanges_and_the_heartbeat() -> None:
    made: dict[str, set[str]] = {}
    for path, found in USES:
        if found.what.startswith("MAVLink_") and not path.startswith("sitl/"):
            kind = found.what.removeprefix("MAVLink_").removesuffix("_message")
            made.setdefault(path, set()).add(kind)
    assert made == MAKES


def test_the_way_to_the_wire_is_used_on_nothing_but_the_gate_itself() -> None:
    assert {found.of for _, found in USES if found.what == "_carry"} == {"self"}


def test_leave_for_acts_on_many_drones_is_given_by_the_gate_alone() -> None:
    used = {
        (path.relative_to(ROOT).as_posix(), found.where)
        for path in SOURCES
        for found in finds(path.read_text("utf-8"), GRANTING)
        if found.what in GRANTING
    }
    assert used == {
        ("fleet/mavlink/gate.py", "Gate.confirm"),  # makes it
        ("fleet/sorties/fleet_acts.py", "FleetActs._tell"),  # wants it of who calls
    }


@pytest.mark.parametrize(
    "source",
    [
        "def f(link, r):\n    link.send(r, b'x')",
        "def f(v):\n    v._talk.gate._carry(1, m)",
        "def f(reactor):\n    reactor.gate._carry(1, m)",
        "def f(reactor):\n    carry = reactor.gate._carry\n    carry(1, m)",
        "class A:\n    def f(self):\n        send = self._link.send\n        send(None, b'x')",
        "def f(link):\n    getattr(link, 'send')(None, b'x')",
        "def f(link):\n    name = 'se' + 'nd'\n    getattr(link, name)(None, b'x')",
        "def f(link):\n    vars(link)['sendto'](b'x')",
        "def f(link):\n    link.__class__.__dict__['send'](link, None, b'x')",
        "from operator import methodcaller\nmethodcaller('send', None, b'x')(link)",
        "import operator\noperator.attrgetter('gate._car' + 'ry')(reactor)(1, m)",
        "def f(link):\n    link.__getattribute__('se' + 'nd')(None, b'x')",
        "import os\ndef f(fd):\n    os.write(fd, b'x')",
        "from os import write\ndef f(fd):\n    write(fd, b'x')",
        "from os import write as put\ndef f(fd):\n    put(fd, b'x')",
        "import os\ndef f(fd):\n    os.writev(fd, [b'x'])",
        "def f(writer):\n    writer.write(b'x')",
        "def f(writer):\n    writer.writelines([b'x'])",
        "def f(wire):\n    wire.sendto(b'x', ('127.0.0.1', 14550))",
        "async def f(loop, wire):\n    await loop.sock_sendall(wire, b'x')",
        "async def f():\n    await asyncio.open_connection('127.0.0.1', 5760)",
        "async def f(loop):\n    await loop.create_datagram_endpoint(P)",
        "from pymavlink import mavutil",
        "import pymavlink.mavutil as m",
        "from pymavlink.mavutil import mavlink_connection",
        "import importlib\nimportlib.import_module('pymavlink.mavutil')",
        "__import__('pymav' + 'link')",
        "exec('link.se' + 'nd(None, data)')",
        "mavlink.MAVLink(None).send(m)",
        "from pymavlink.dialects.v20.ardupilotmega import MAVLink as M\nM(file)",
        "mavlink.MAVLink_command_long_message(0, 0, 400, 0, 1, 0, 0, 0, 0, 0, 0)",
        "Encoder().encode(m)",
    ],
)
def test_the_walk_sees_what_goes_round_the_gate(source: str) -> None:
    assert finds(source)


def test_the_walk_passes_what_does_no_harm() -> None:
    assert not finds("def f(gate):\n    return gate.admit(a, w, 'x', 1.0, 0.0), getattr(m, 'id')")
