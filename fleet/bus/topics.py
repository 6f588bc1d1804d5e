"""Topic names: ``dockfleet/1/{district}/{room}/{id}/{what}``."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "1"


@dataclass(frozen=True)
class Topics:
    """The topics of one district."""

    district: str

    def of(self, room: str, id_: str, what: str) -> str:
        return f"dockfleet/{VERSION}/{self.district}/{room}/{id_}/{what}"

    # Docks. `state` and `weather` are retained; `link` is retained "online", or "offline" by will.
    def dock_state(self, dock: str) -> str:
        return self.of("dock", dock, "state")

    def dock_weather(self, dock: str) -> str:
        return self.of("dock", dock, "weather")

    def dock_link(self, dock: str) -> str:
        return self.of("dock", dock, "link")

    def dock_command(self, dock: str) -> str:
        return self.of("dock", dock, "command")

    # The controller. `status`, `district` and `coverage` are retained; the others are streams.
    def controller_request(self) -> str:
        return self.of("fleet", "controller", "request")

    def controller_status(self) -> str:
        return self.of("fleet", "controller", "status")

    def controller_district(self) -> str:
        return self.of("fleet", "controller", "district")

    def change(self) -> str:
        return self.of("fleet", "controller", "change")

    def dock_view(self) -> str:
        return self.of("fleet", "controller", "dock")

    def coverage(self) -> str:
        return self.of("fleet", "controller", "coverage")

    def telemetry(self) -> str:
        return self.of("fleet", "controller", "telemetry")

    def video(self, drone: str) -> str:
        """What its camera sees, while somebody watches."""
        return self.of("fleet", drone, "video")

    def klv(self, drone: str) -> str:
        """The same as MISB ST 0601 packets, bytes as they are."""
        return self.of("fleet", drone, "klv")

    # Simulation only: where a simulated vehicle truly is, for the simulated dock's sensors.
    def vehicle_truth(self, drone: str) -> str:
        return self.of("sim", drone, "truth")

    def reply_to(self, client: str) -> str:
        return self.of("reply", client, "inbox")


def subject(topic: str) -> tuple[str, str, str]:
    """(room, id, what) of a topic of ours.

    Raises:
        ValueError: if the topic is not one of ours.
    """
    parts = topic.split("/")
    if len(parts) != 6 or parts[0] != "dockfleet" or parts[1] != VERSION:
        raise ValueError(f"not a topic of this system: {topic!r}")
    return parts[3], parts[4], parts[5]
