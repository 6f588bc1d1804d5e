"""The picture of a fleet at rest: every drone on its pad, charged, in calm air. For planning ahead
of a run; what is dispatched is always decided on the fleet as it is."""

from __future__ import annotations

from fleet.district.model import District, DockModel, DroneModel
from fleet.mavlink.performance import performance_of
from planner.model import Candidate, LaunchTimes, LonLat, Picture, Task, Wind


def picture_at_rest(district: District, at: LonLat, kind: str) -> Picture:
    """All docks for one place."""
    scene_s = next(k.scene_s for k in district.kinds if k.id == kind)
    return Picture(candidates_at_rest(district), task_for(district, at, scene_s))


def candidates_at_rest(district: District) -> tuple[Candidate, ...]:
    drones = {drone.id: drone for drone in district.drones}
    candidates = []
    for site in district.docks:
        model = district.drone_models[drones[site.drone].model]
        candidates.append(
            Candidate(
                dock=site.id,
                drone=site.drone,
                at=LonLat(*site.at),
                alt_amsl_m=site.alt_amsl_m,
                performance=performance_of({}, model),
                launch=launch_times(district.dock_models[site.model], model),
                energy_wh=model.battery_wh,
                wind=Wind(),
            )
        )
    return tuple(candidates)


def launch_times(dock: DockModel, drone: DroneModel) -> LaunchTimes:
    return LaunchTimes(
        cover_s=dock.cover_open_s,
        upload_s=drone.upload_s,
        checks_s=drone.checks_s,
        spin_up_s=drone.spin_up_s,
    )


def task_for(district: District, at: LonLat, scene_s: float) -> Task:
    """What a flight to a place must do here. The ground is that of the nearest dock, until a
    height field is configured."""
    flight = district.flight
    nearest = min(
        district.docks,
        key=lambda site: (site.at[0] - at[0]) ** 2 + (site.at[1] - at[1]) ** 2,
    )
    return Task(
        at=at,
        ground_amsl_m=nearest.alt_amsl_m,
        height_m=flight.scene_height_m,
        cruise_height_m=flight.cruise_height_m,
        scene_s=scene_s,
        window_s=flight.window_s,
    )
