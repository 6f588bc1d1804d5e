"""Who asks: the person behind a request, and acts in that person's name."""

from __future__ import annotations

import hashlib
import hmac
import logging
from datetime import UTC
from typing import Any, Protocol
from urllib.parse import urlsplit

import flask
from sqlalchemy.exc import SQLAlchemyError

from command.acts import Acts, Refused
from command.people.control import check_control, directs
from command.people.house import People
from command.people.refusals import is_recorded, mark_recorded
from command.people.rights import Person, Right, right_for
from command.people.roster import Roster
from command.people.second import Held, RequestView, SecondPerson
from command.people.tasks import check_mover, check_receiver
from command.picture import Picture
from fleet import contract as c
from fleet.contract import Ask

COOKIE = "dockfleet_session"
CSRF_HEADER = "X-CSRF-Token"
_LOG = logging.getLogger(__name__)


# what says itself by whom it is
_SIGNED = (
    *(c.RecallAll, c.LandAll, c.GrantLease, c.TakeBackLease),
    *(c.PausePatrols, c.ResumePatrols),
    *(c.TickItem, c.GiveTask, c.MoveTask),
    *(c.AcknowledgeAlarm, c.TakeControl, c.OfferControl, c.GiveUpControl),
)


class Asks(Protocol):
    """What REST and Socket.IO need of acts."""

    def ask(self, ask: Ask, key: str | None = None) -> dict[str, Any]:
        """The body of the controller's answer; raises Refused."""
        ...


def key_of_request() -> str | None:
    """The session or token that a request came with."""
    token = _bearer()
    return flask.request.cookies.get(COOKIE) if token is None else token


def comes_by_cookie() -> bool:
    """Browsers send cookies by themselves, also for pages of others, and with them credentials of
    other schemes, which say nothing here."""
    return _bearer() is None


def _bearer() -> str | None:
    scheme, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def csrf_token(key: str) -> str:
    """What only a page of ours can know of a session."""
    return hashlib.sha256(b"csrf " + key.encode()).hexdigest()


def signed_in(roster: Roster) -> Person:
    """
    Raises:
        Refused: if nobody is, or the password must be changed first.
    """
    key = key_of_request()
    person = roster.holder(key) if key else None
    if person is None:
        raise Refused("unauthorized", "sign in first")
    return person


def check_csrf() -> None:
    """Raises Refused for an act by a cookie without the token of its session."""
    key = key_of_request()
    if flask.request.method in ("GET", "HEAD", "OPTIONS") or key is None or not comes_by_cookie():
        return
    given = flask.request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token(key).encode()):
        raise Refused("forbidden", f"the header {CSRF_HEADER} is missing or of another session")


def check_origin() -> None:
    """Raises Refused for a request that a page of another site makes."""
    origin = flask.request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != flask.request.host:
        raise Refused("forbidden", "requests from pages of another site are refused")


def need(person: Person, right: Right) -> None:
    """Raises Refused if the person may not."""
    if person.must_change:
        raise Refused("forbidden", "set a password of your own first")
    if not person.may(right):
        raise Refused("forbidden", f"a {person.role.replace('_', ' ')} may not do this")


def address_of_request() -> str:
    return (flask.request.remote_addr or "") if flask.has_request_context() else ""


def note_refused(people: People, act: str, subject: str, reason: str) -> None:
    """Has it in the audit log that the present request was refused, unless it is there already:
    by whom, or from where if nobody is signed in."""
    if is_recorded():
        return
    key = key_of_request()
    try:
        person = people.roster.holder(key) if key else None
    except SQLAlchemyError as error:
        _LOG.error("nobody knows who was refused %s: %s", act, error)
        return
    who, role = (person.name, str(person.role)) if person else ("", "")
    people.refusals.note(who, role, address_of_request(), act, subject, reason)


class SignedActs:
    """Acts in the name of whoever the present request is from: checks what that person may do, has
    some wait for a ``second`` person, and records each, also those refused."""

    def __init__(self, acts: Acts, people: People, picture: Picture, second: SecondPerson) -> None:
        self._acts, self._picture, self.second = acts, picture, second
        self._roster, self._audit = people.roster, people.audit

    def ask(self, ask: Ask, key: str | None = None) -> dict[str, Any]:
        person = signed_in(self._roster)
        right = right_for(ask)
        try:
            need(person, right)
            ask = self._within(person, ask)
            self._check_whose(person, ask)
            if self.second.is_needed_for(ask):
                raise self._waits(self.second.hold(person, ask, key, _told(ask)[0], _more(ask)))
            body = self._acts.ask(ask, key)
        except Refused as refusal:
            if right is not Right.LOOK:
                self._record(person, ask, refusal.reason)
            raise
        if right is not Right.LOOK:
            self._record(person, ask, None, str(body.get("id", "")))
        return body

    def _waits(self, held: Held) -> Refused:
        until = held.view.until.astimezone(UTC)
        return Refused(
            "needs_second",
            f"{held.ask.ask} waits for a second person until {until:%H:%M:%S} UTC, "
            f"as request {held.view.id}",
        )

    def confirm(self, id_: str) -> RequestView:
        """Has an act done that somebody else asked for.

        Raises:
            Refused: if the present person may not, no such act waits, or it could not be done.
        """
        second = signed_in(self._roster)
        try:
            held = self._judged(second, id_)
            if held.person.name == second.name:
                raise Refused("forbidden", "somebody else must confirm what you asked for")
            view = self.second.end(id_, "done", second.name)
        except Refused as refusal:
            self._write(second, "confirm", id_, refusal.reason)
            raise
        told = f"{held.ask.ask}, asked for by {held.person.name}: {held.view.detail}"
        self._write(second, "confirm", id_, None, told)
        try:
            made = self._carry_out(held)
        except Refused as refusal:
            self.second.failed(id_, refusal.reason)
            self._record(held.person, held.ask, refusal.reason)
            raise
        self._record(held.person, held.ask, None, made, f"confirmed by {second.name}")
        return view

    def decline(self, id_: str) -> RequestView:
        """Has it not done; one's own may be taken back so.

        Raises:
            Refused: if the present person may not, or no such act waits.
        """
        second = signed_in(self._roster)
        try:
            held = self._judged(second, id_)
            view = self.second.end(id_, "declined", second.name)
        except Refused as refusal:
            self._write(second, "decline", id_, refusal.reason)
            raise
        told = f"{held.ask.ask}, asked for by {held.person.name}: {held.view.detail}"
        self._write(second, "decline", id_, None, told)
        return view

    def expire(self) -> None:
        """Ends what nobody confirmed in time."""
        for held in self.second.expire():
            self._record(held.person, held.ask, "no second person confirmed it in time")

    def _judged(self, second: Person, id_: str) -> Held:
        """What waits, once it is sure that this person might do it too."""
        need(second, Right.LOOK)
        held = self.second.find(id_)
        need(second, right_for(held.ask))
        self._within(second, held.ask)
        return held

    def _carry_out(self, held: Held) -> str:
        ask = held.ask
        if isinstance(ask, c.RecallAll | c.LandAll):
            # its confirmation was good for a minute, and for the drones that were out then
            asked = self._acts.ask(ask.model_copy(update={"confirmation": None}))
            ask = ask.model_copy(update={"confirmation": asked.get("confirmation")})
        return str(self._acts.ask(ask, held.key).get("id", ""))

    def _within(self, person: Person, ask: Ask) -> Ask:
        """The ask, once it is sure that it stays within the person's subdistricts."""
        if isinstance(ask, c.ReportIncident | c.ReportFinding):
            return ask.model_copy(update={"source": person.name, "within": person.subdistricts})
        if isinstance(ask, _SIGNED):
            ask = ask.model_copy(update={"by": person.name})
        if isinstance(ask, c.TakeControl | c.GiveUpControl):
            ask = ask.model_copy(update={"over": person.leads})
        if not person.subdistricts or right_for(ask) is Right.LOOK:
            return ask
        where = self._subdistrict_of(ask)
        if where not in person.subdistricts:
            raise Refused("forbidden", f"{person.name} may not act in {where or 'this place'}")
        return ask

    def _check_whose(self, person: Person, ask: Ask) -> None:
        """Raises Refused where the drone or the task is another's, or for nobody who could."""
        match ask:
            case c.MoveTask():
                check_mover(ask, person, self._task(ask))
            case c.OfferControl(to=str(to)) | c.GiveTask(to=to, outside=False):
                check_receiver(to, self._roster.find(to), self._subdistrict_of(ask))
            case _ if directs(ask):
                check_control(person, self._sortie_of(ask))

    def _subdistrict_of(self, ask: Ask) -> str | None:
        known = self._picture.snapshot()
        if known is None:
            return None
        if isinstance(ask, c.AcknowledgeAlarm):
            alarm = self._picture.alarm(ask.alarm)
            return self._subdistrict_of_dock(alarm.drone) if alarm else None
        if (drone := getattr(ask, "drone", None)) is not None:
            return self._subdistrict_of_dock(drone)
        incident = getattr(ask, "incident", None)
        sortie = getattr(ask, "sortie", None)
        if sortie is not None:
            incident = next((s.incident for s in known.sorties if s.id == sortie), None)
        return next((i.subdistrict for i in known.incidents if i.id == incident), None)

    def _sortie_of(self, ask: Ask) -> c.SortieView | None:
        if (drone := getattr(ask, "drone", None)) is not None:
            return self._picture.sortie_of(drone)
        return self._picture.sortie(getattr(ask, "sortie", ""))

    def _task(self, ask: c.MoveTask) -> c.TaskView | None:
        incident = self._picture.incident(ask.incident)
        tasks = incident.tasks if incident else ()
        return next((each for each in tasks if each.id == ask.task), None)

    def _subdistrict_of_dock(self, drone: str) -> str | None:
        """Where a drone lives, which may be named by its dock."""
        district = self._picture.district
        docks = district.docks["features"] if district else ()
        places = (dock["properties"] for dock in docks)
        return next((p["subdistrict"] for p in places if drone in (p["id"], p["drone"])), None)

    def _record(
        self, person: Person, ask: Ask, refusal: str | None, made: str = "", note: str = ""
    ) -> None:
        subject, detail = _told(ask)
        detail = "; ".join(part for part in (note, detail) if part)
        self._write(person, ask.ask, subject or made, refusal and f"{refusal} ({detail})", detail)

    def _write(
        self, person: Person, act: str, subject: str, refusal: str | None, detail: str = ""
    ) -> None:
        entry = (person.name, person.role, address_of_request(), act, subject, refusal, detail)
        mark_recorded()
        try:
            self._audit.record(*entry)
        except SQLAlchemyError as error:
            # it is done, or refused, by now: whoever asked must hear which
            _LOG.critical("the audit log failed: %s; it lacks %s", error, entry)


def _more(ask: Ask) -> str:
    """What a second person must know of an act beside what it is about."""
    known = {"ask", "by", "sortie", "incident", "drone", "confirmation"}
    fields = ask.model_dump(mode="json", exclude=known, exclude_defaults=True)
    return ", ".join(f"{name} {value}" for name, value in fields.items())


def _told(ask: Ask) -> tuple[str, str]:
    """What an act is about, and all that it says, for the record."""
    fields = ask.model_dump(mode="json", exclude={"ask"}, exclude_defaults=True)
    subject = next((str(fields[k]) for k in ("sortie", "incident", "drone") if k in fields), "")
    return subject, ", ".join(f"{name} {value}" for name, value in fields.items())
