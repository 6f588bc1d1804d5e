"""What the builtin vehicle is known to do otherwise than ArduCopter: test -> fault.

Real ArduCopter has no entry: the contract is what it does.
"""

from __future__ import annotations

from typing import Final

_OVERSHOOTS = "it overshoots its goal by metres and swings about it"

BUILTIN: Final[dict[str, str]] = {
    "test_it_takes_off_to_the_height_it_was_told_and_stays_there": _OVERSHOOTS,
    "test_it_goes_where_it_is_told_and_stops_there": _OVERSHOOTS,
    "test_it_flies_as_fast_as_its_parameters_say_and_no_faster": _OVERSHOOTS,
    "test_told_to_land_it_comes_down_where_it_is": _OVERSHOOTS,
    "test_it_comes_home_at_the_height_for_coming_home": _OVERSHOOTS,
    "test_it_touches_down_slowly": _OVERSHOOTS,
    "test_a_mission_can_end_by_coming_home": _OVERSHOOTS,
    "test_landed_it_begins_the_next_mission_at_its_beginning": _OVERSHOOTS,
    "test_it_holds_its_place_in_wind_leaning_into_it": _OVERSHOOTS,
    "test_it_stays_until_told_then_flies_the_way_back_and_lands_on_its_pad": _OVERSHOOTS,
    "test_its_home_is_where_it_last_armed": "its home never moves",
    "test_it_stays_as_long_as_an_item_says_and_goes_on": "LOITER_TIME is never left",
    "test_it_follows_position_targets": "SET_POSITION_TARGET_GLOBAL_INT is not known",
    "test_it_is_not_sent_outside_its_fence": "a goal outside the fence is accepted",
    "test_when_the_ground_station_is_back_it_can_be_told_to_go_on": "it does not say Cleared",
    "test_after_a_battery_failsafe_it_arms_only_with_a_fresh_battery": "it arms again, not told",
    "test_a_command_it_cannot_fly_is_refused_at_upload": "any command is taken into a mission",
    "test_garbage_on_the_wire_does_not_stop_it": "the head of a broken frame swallows what follows",
}
