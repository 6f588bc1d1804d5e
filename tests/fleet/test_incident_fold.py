"""What an incident is said to be follows from where its drones are."""

from datetime import UTC, datetime

from fleet.contract import LaunchParts
from fleet.log.events import (
    DronePutBack,
    DroneTakenOut,
    IncidentReported,
    Recorded,
    SortieAdvanced,
    SortieRequested,
)
from fleet.log.state import FleetState
from fleet.sorties.sortie import SORTIE
from fleet.sorties.sortie import SortieTrigger as T

NOW = datetime(2026, 1, 1, tzinfo=UTC)
INCIDENT = "I" * 26


class Told:
    """A state, told fact by fact."""

    def __init__(self):
        self.state, self.seq = FleetState(), 0
        self.tell(
            IncidentReported(
                incident=INCIDENT, kind="fire", level=2, lon=114.2, lat=22.7, subdistrict=None,
                note="", source="test", window_s=300,
            )
        )  # fmt: skip

    def tell(self, fact):
        self.seq += 1
        self.state.apply(Recorded(seq=self.seq, at=NOW, cause=None, fact=fact))

    def send(self, sortie, *triggers):
        parts = LaunchParts(launch_s=1, climb_s=1, cruise_s=1, descent_s=1)
        self.tell(
            SortieRequested(
                sortie=sortie, incident=INCIDENT, decision="d", dock=sortie, drone=sortie,
                eta_s=4, parts=parts, route={"out": []}, turn_back_wh=1,
            )
        )  # fmt: skip
        self.move(sortie, *triggers)

    def move(self, sortie, *triggers):
        for trigger in triggers:
            after = SORTIE.advance(self.state.sorties[sortie].state, trigger)
            self.tell(
                SortieAdvanced(
                    sortie=sortie, incident=INCIDENT, trigger=trigger, state=after, reason=""
                )
            )

    @property
    def incident(self):
        return self.state.incidents[INCIDENT].state


OUT = (T.PREPARE, T.PREPARED, T.TOOK_OFF)


def test_with_its_drone_gone_and_the_relief_on_its_way_nobody_is_over_it():
    told = Told()
    told.send("A", *OUT, T.ARRIVED)
    told.send("B", *OUT)
    assert told.incident == "on_scene"
    told.move("A", T.TURN_BACK)
    assert told.incident == "dispatched"
    told.move("B", T.ARRIVED)
    assert told.incident == "on_scene"


def test_one_drone_of_two_leaving_leaves_the_other_over_it():
    told = Told()
    told.send("A", *OUT, T.ARRIVED)
    told.send("B", *OUT, T.ARRIVED)
    told.move("A", T.RECALL)
    assert told.incident == "on_scene"
    told.move("B", T.RECALL)
    assert told.incident == "attended"


def test_whether_a_drone_is_out_takes_no_longer_for_all_the_sorties_it_has_flown():
    class Past(dict):
        def values(self):
            raise AssertionError("gone through")

    told = Told()
    told.send("A", T.PREPARE, T.ABORT)
    told.send("B", *OUT)
    told.state.sorties = Past(told.state.sorties)
    assert told.state.sortie_of_drone("A") is None
    assert told.state.sortie_of_drone("B").id == "B"
    assert [sortie.id for sortie in told.state.active()] == ["B"]


def test_a_drone_stays_out_of_service_until_it_is_put_back():
    told = Told()
    told.tell(DroneTakenOut(drone="U07", reason="bent leg"))
    assert told.state.out_of_service == {"U07": "bent leg"}
    told.tell(DronePutBack(drone="U07", reason="replaced"))
    assert told.state.out_of_service == {}
