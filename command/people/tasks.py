"""Whose a task is: to whom one, or a drone, may be given, and who may move it on. Pure."""

from __future__ import annotations

from command.acts import Refused
from command.people.rights import Person, Right
from fleet import contract as c


def check_receiver(name: str, receiver: Person | None, where: str | None) -> None:
    """
    Raises:
        Refused: if whoever it is for does not sign in here, or may not act ``where`` it is.
    """
    if receiver is None or receiver.disabled:
        raise Refused("not_found", f"nobody named {name[:40]} signs in here")
    if not receiver.may(Right.ACT):
        role = receiver.role.replace("_", " ")
        raise Refused("invalid", f"{receiver.name} is a {role} and does not act")
    if receiver.subdistricts and where not in receiver.subdistricts:
        raise Refused("invalid", f"{receiver.name} may not act in {where or 'this place'}")


def check_mover(ask: c.MoveTask, mover: Person, task: c.TaskView | None) -> None:
    """``task`` is None where it is not known here: then the controller knows it, or nobody.

    Raises:
        Refused: if the task is another's. What is done by somebody outside is told by any who act.
    """
    if task is None or mover.leads:
        return
    if ask.move == "withdraw":
        if mover.name != task.by:
            raise Refused("forbidden", f"only {task.by} or a commander may withdraw this task")
    elif not task.outside and mover.name != task.to:
        raise Refused("forbidden", f"this task is {task.to}'s")
