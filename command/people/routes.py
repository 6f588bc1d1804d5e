"""REST for people: signing in and out, passwords, who there is, and what each did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Literal, TypeVar

import flask
from flask_limiter import Limiter
from flask_openapi3.blueprint import APIBlueprint
from pydantic import AwareDatetime, BaseModel, Field

from command.acts import Refused
from command.answers import linked
from command.forms import Form
from command.people.audit import AuditLog
from command.people.house import People
from command.people.refusals import SIGN_IN, Refusals, mark_recorded
from command.people.rights import RIGHTS, Person, Right, Role
from command.people.roster import SESSION_LASTS, Roster
from command.people.signed import (
    COOKIE,
    address_of_request,
    comes_by_cookie,
    csrf_token,
    key_of_request,
    need,
    signed_in,
)
from command.problems import responses

_BODY = (400, 413, 415)  # of a body that is no JSON, too big, or of another kind
SIGN_INS_ALLOWED = "30/minute"  # from one address, whoever the names are
T = TypeVar("T")


class SignInForm(Form):
    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=200)


class PasswordForm(Form):
    old: str = Field(min_length=1, max_length=200)
    new: str = Field(min_length=1, max_length=1000)


class PersonForm(Form):
    name: str = Field(min_length=1, max_length=100)
    role: Literal["viewer", "judge", "duty_officer", "commander", "administrator"]
    shown: str = Field(default="", max_length=100)
    subdistricts: list[str] = Field(default=[], max_length=50)


class ChangeForm(Form):
    role: Literal["viewer", "judge", "duty_officer", "commander", "administrator"] | None = None
    shown: str | None = Field(default=None, min_length=1, max_length=100)
    subdistricts: list[str] | None = Field(default=None, max_length=50)
    disabled: bool | None = None


class TokenForm(Form):
    label: str = Field(min_length=1, max_length=100)
    days: int | None = Field(default=None, ge=1, le=3650)


class TokenView(BaseModel):
    label: str
    made_at: AwareDatetime
    expires_at: AwareDatetime | None


class TokensView(BaseModel):
    tokens: list[TokenView]


class EndTokenForm(Form):
    label: str = Field(min_length=1, max_length=100)


class PersonPath(BaseModel):
    name: str = Field(min_length=1, max_length=100)


class AuditQuery(BaseModel):
    verify: bool = Field(default=False, description="Check the whole chain of hashes too.")
    before: int | None = Field(default=None, ge=1, description="Entries with a smaller seq.")
    limit: int = Field(default=100, ge=1, le=1000)


class PersonView(BaseModel):
    name: str
    shown: str
    role: str
    subdistricts: list[str]
    disabled: bool
    must_change: bool


class SessionView(BaseModel):
    """``csrf`` goes into the header X-CSRF-Token of every act that comes with the cookie."""

    person: PersonView
    rights: list[str]
    csrf: str


class PeopleView(BaseModel):
    people: list[PersonView]


class ColleagueView(BaseModel):
    name: str
    shown: str
    role: str
    subdistricts: list[str]


class ColleaguesView(BaseModel):
    colleagues: list[ColleagueView]


class SecretView(BaseModel):
    """Shown once."""

    secret: str


class AuditEntryView(BaseModel):
    seq: int
    at: str
    who: str
    role: str
    address: str
    act: str
    subject: str
    outcome: str
    detail: str
    previous: str
    hash: str


class AuditView(BaseModel):
    """``fault`` says where the chain of hashes is broken; null if it is whole or not checked.
    ``next`` is what to give as ``before`` for the page after."""

    fault: str | None
    entries: list[AuditEntryView]
    next: int | None


def blueprint(people: People, limiter: Limiter, ended: Callable[[str], None]) -> APIBlueprint:
    """All routes. ``ended`` is told of each session that ends, by its key or its person."""
    api = APIBlueprint("people", __name__, url_prefix="/api/v1")
    _add_session(api, people, limiter, ended)
    _add_people(api, people.roster, people.audit, ended)
    _add_audit(api, people.roster, people.audit)
    return api


def _add_session(
    api: APIBlueprint, people: People, limiter: Limiter, ended: Callable[[str], None]
) -> None:
    roster, audit = people.roster, people.audit

    @api.post("/session", responses={201: SessionView, **responses(*_BODY, 401, 403, 422, 429)})
    @limiter.limit(SIGN_INS_ALLOWED)
    def sign_in(body: SignInForm) -> flask.Response:
        """Sign in"""
        try:
            person, key = roster.sign_in(body.name, body.password)
        except Refused as refusal:
            _note_failure(people.refusals, body.name, refusal.reason)
            raise
        audit.record(person.name, person.role, address_of_request(), SIGN_IN, person.name)
        answer = _json(_session(person, key), 201)
        answer.set_cookie(
            COOKIE,
            key,
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=flask.request.is_secure,
        )
        return answer

    @api.get("/session", responses={200: SessionView, **responses(401)})
    def session() -> flask.Response:
        """Who is signed in"""
        return _json(_session(signed_in(roster), key_of_request() or ""))

    @api.delete("/session", responses={204: None, **responses(401, 403)})
    def sign_out() -> flask.Response:
        """Sign out"""
        person, key = signed_in(roster), key_of_request() or ""
        roster.end(key)
        ended(key)
        audit.record(person.name, person.role, address_of_request(), "sign_out", person.name)
        answer = flask.Response(status=204)
        answer.delete_cookie(COOKIE)
        return answer

    @api.put("/session/password", responses={204: None, **responses(*_BODY, 401, 403, 422)})
    def set_password(body: PasswordForm) -> flask.Response:
        """Set a password of one's own"""
        person = signed_in(roster)
        _audited(
            audit, person, "set_password", person.name,
            lambda: roster.set_password(person, body.old, body.new, key_of_request() or ""),
        )  # fmt: skip
        return flask.Response(status=204)


def _add_people(
    api: APIBlueprint, roster: Roster, audit: AuditLog, ended: Callable[[str], None]
) -> None:
    refusals = responses(*_BODY, 401, 403, 404, 409, 422)

    @api.get("/people", responses={200: PeopleView, **responses(401, 403)})
    def list_people() -> flask.Response:
        """Everybody who may sign in"""
        need(signed_in(roster), Right.PEOPLE)
        return _json(PeopleView(people=[_person(each) for each in roster.people()]))

    @api.get("/colleagues", responses={200: ColleaguesView, **responses(401, 403)})
    def list_colleagues() -> flask.Response:
        """Those who act here: to whom tasks can be given, and control of a drone"""
        need(signed_in(roster), Right.LOOK)
        acting = [p for p in roster.people() if p.may(Right.ACT) and not p.disabled]
        return _json(ColleaguesView(colleagues=[_colleague(each) for each in acting]))

    @api.post("/people", responses={201: SecretView, **refusals})
    def add_person(body: PersonForm) -> flask.Response:
        """Add somebody; the answer is a one-time password"""
        return _secret(
            roster, audit, "add_person", body.name,
            lambda: roster.add(body.name, Role(body.role), body.shown, body.subdistricts),
            f"role {body.role}, subdistricts {body.subdistricts}",
        )  # fmt: skip

    @api.patch("/people/<name>", responses={200: PersonView, **refusals})
    def change_person(path: PersonPath, body: ChangeForm) -> flask.Response:
        """Change somebody's role, rights or name; disable or enable"""
        by = signed_in(roster)
        fields = body.model_dump(exclude_none=True)
        changed = _audited(
            audit, by, "change_person", path.name,
            lambda: _permitted(by, lambda: roster.change(path.name, **fields)),
            ", ".join(f"{name} {value}" for name, value in fields.items()),
        )  # fmt: skip
        if changed.disabled:
            ended(changed.name)
        return _json(_person(changed))

    @api.post("/people/<name>/password", responses={201: SecretView, **refusals})
    def reset_password(path: PersonPath) -> flask.Response:
        """Give somebody a new one-time password"""
        answer = _secret(
            roster, audit, "reset_password", path.name, lambda: roster.reset_password(path.name)
        )
        ended(path.name)
        return answer

    @api.post("/people/<name>/tokens", responses={201: SecretView, **refusals})
    def new_token(path: PersonPath, body: TokenForm) -> flask.Response:
        """Make a token for a program that acts as this person"""
        lasts = timedelta(days=body.days) if body.days else None
        return _secret(
            roster, audit, "new_token", path.name,
            lambda: roster.new_token(path.name, body.label, lasts), body.label,
        )  # fmt: skip

    @api.get("/people/<name>/tokens", responses={200: TokensView, **responses(401, 403, 404, 422)})
    def list_tokens(path: PersonPath) -> flask.Response:
        """The tokens of programs that act as this person, without the keys"""
        need(signed_in(roster), Right.PEOPLE)
        found = [TokenView(**asdict(token)) for token in roster.tokens(path.name)]
        return _json(TokensView(tokens=found))

    @api.post("/people/<name>/tokens/end", responses={204: None, **refusals})
    def end_tokens(path: PersonPath, body: EndTokenForm) -> flask.Response:
        """End the tokens with a label: whoever holds one acts as this person no more"""
        by = signed_in(roster)
        _audited(
            audit, by, "end_token", path.name,
            lambda: _permitted(by, lambda: roster.end_tokens(path.name, body.label)), body.label,
        )  # fmt: skip
        return flask.Response(status=204)


def _add_audit(api: APIBlueprint, roster: Roster, audit: AuditLog) -> None:
    @api.get("/audit", responses={200: AuditView, **responses(401, 403, 422)})
    def entries(query: AuditQuery) -> flask.Response:
        """Who did what, newest first"""
        need(signed_in(roster), Right.AUDIT)
        found = audit.entries(query.before, query.limit + 1)
        page = [AuditEntryView(**asdict(entry)) for entry in found[: query.limit]]
        next_ = page[-1].seq if len(found) > len(page) else None
        fault = audit.fault() if query.verify else None
        return linked(_json(AuditView(fault=fault, entries=page, next=next_)), "before", next_)


def _secret(
    roster: Roster,
    audit: AuditLog,
    act: str,
    subject: str,
    do: Callable[[], str],
    detail: str = "",
) -> flask.Response:
    by = signed_in(roster)
    secret = _audited(audit, by, act, subject, lambda: _permitted(by, do), detail)
    return _json(SecretView(secret=secret), 201)


def _permitted(by: Person, do: Callable[[], T]) -> T:
    need(by, Right.PEOPLE)
    return do()


def _audited(
    audit: AuditLog, by: Person, act: str, subject: str, do: Callable[[], T], detail: str = ""
) -> T:
    """Does it, and records it, whether it is done or refused."""
    try:
        result = do()
    except Refused as refusal:
        mark_recorded()
        audit.record(by.name, by.role, address_of_request(), act, subject, refusal.reason)
        raise
    audit.record(by.name, by.role, address_of_request(), act, subject, detail=detail)
    return result


def _note_failure(refusals: Refusals, name: str, reason: str) -> None:
    """A sign-in that failed, however often it does."""
    refusals.note(name, "", address_of_request(), SIGN_IN, name, reason)
    mark_recorded()  # also where it is only counted


def _session(person: Person, key: str) -> SessionView:
    rights = [] if person.must_change else sorted(RIGHTS[person.role])
    csrf = csrf_token(key) if comes_by_cookie() else ""
    return SessionView(person=_person(person), rights=list(rights), csrf=csrf)


def _person(person: Person) -> PersonView:
    return PersonView(**{**asdict(person), "subdistricts": list(person.subdistricts)})


def _colleague(person: Person) -> ColleagueView:
    return ColleagueView(
        name=person.name,
        shown=person.shown,
        role=person.role,
        subdistricts=list(person.subdistricts),
    )


def _json(view: BaseModel, status: int = 200) -> flask.Response:
    return flask.Response(view.model_dump_json(), status, mimetype="application/json")
