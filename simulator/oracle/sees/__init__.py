"""The observations: what each has to show by the facts, and which rule a deviation breaks."""

from collections.abc import Callable
from typing import Final

from simulator.oracle.sees.case import see_case, see_case_list, see_preset
from simulator.oracle.sees.inbox import see_inbox
from simulator.oracle.sees.log import see_activities, see_arrival
from simulator.oracle.sees.mail import see_mail
from simulator.oracle.sees.page import see_portal_case
from simulator.oracle.world import Record, World

#: What is seen -> what judges it.
SEES: Final[dict[str, Callable[[World, int, int, Record], None]]] = {
    "case": see_case,
    "case_list": see_case_list,
    "inbox": see_inbox,
    "portal_case": see_portal_case,
    "activities": see_activities,
    "preset": see_preset,
    "arrival": see_arrival,
    "mail": see_mail,
}
