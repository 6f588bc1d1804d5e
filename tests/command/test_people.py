"""People, their passwords and keys, and the audit log."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from command.acts import Refused
from command.people import passwords
from command.people.audit import AuditLog
from command.people.house import open_people
from command.people.lockout import FAILURES_FREE
from command.people.rights import RIGHTS, Right, Role, right_for
from command.people.roster import SESSION_LASTS, Roster, first_administrator
from command.people.tables import AUDIT, opened
from fleet import contract as c
from fleet.process import Refusal

PASSWORD = "horse battery staple"


class Hours:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def roster(tmp_path: Path, hours: Hours) -> Roster:
    return Roster(opened(f"sqlite:///{tmp_path}/people.db"), hours)


def test_a_new_person_signs_in_with_the_one_time_password_and_must_change_it(
    roster: Roster,
) -> None:
    one_time = roster.add("li", Role.DUTY_OFFICER, "李")
    person, key = roster.sign_in("li", one_time)
    assert person.must_change
    roster.set_password(person, one_time, PASSWORD, key)
    holder = roster.holder(key)
    assert holder is not None
    assert not holder.must_change
    with pytest.raises(Refused, match="not right"):
        roster.sign_in("li", one_time)
    assert roster.sign_in("li", PASSWORD)[0].name == "li"


def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(roster: Roster) -> None:
    roster.add("li", Role.VIEWER)
    words = []
    for name in ("li", "nobody"):
        with pytest.raises(Refused) as refusal:
            roster.sign_in(name, "something else")
        words.append((refusal.value.code, refusal.value.reason))
    assert words[0] == words[1]


def test_after_too_many_failures_a_name_is_locked_for_a_while_and_ever_longer(
    roster: Roster, hours: Hours
) -> None:
    one_time = roster.add("li", Role.VIEWER)
    for _ in range(FAILURES_FREE):
        with pytest.raises(Refused, match="not right"):
            roster.sign_in("li", "wrong")
    with pytest.raises(Refused, match="try again in 60 s"):
        roster.sign_in("li", one_time)
    hours.pass_(timedelta(seconds=61))
    with pytest.raises(Refused, match="not right"):
        roster.sign_in("li", "wrong")
    with pytest.raises(Refused, match="try again in 120 s"):
        roster.sign_in("li", one_time)
    hours.pass_(timedelta(seconds=121))
    assert roster.sign_in("li", one_time)
    with pytest.raises(Refused, match="not right"):  # and it starts from the beginning
        roster.sign_in("li", "wrong")
    assert roster.sign_in("li", one_time)


def test_a_lock_does_not_tell_which_names_there_are(roster: Roster, hours: Hours) -> None:
    roster.add("li", Role.VIEWER)
    heard: dict[str, list[str]] = {"li": [], "nobody": []}
    for name, words in heard.items():
        for _ in range(FAILURES_FREE + 2):
            with pytest.raises(Refused) as refusal:
                roster.sign_in(name, "something else")
            words.append(refusal.value.reason)
    assert heard["li"] == heard["nobody"]
    assert "try again in 60 s" in heard["li"][-1]


def test_of_two_who_add_the_same_name_at_once_one_is_refused(roster: Roster) -> None:
    together, told = threading.Barrier(2), []

    def add() -> None:
        together.wait()
        try:
            told.append(roster.add("li", Role.VIEWER))
        except Refused as refusal:
            told.append(refusal.code)

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("conflict") == 1


def test_two_administrators_who_take_each_others_office_away_leave_one(roster: Roster) -> None:
    for name in ("li", "wu"):
        roster.add(name, Role.ADMINISTRATOR)
    together, told = threading.Barrier(2), []

    def depose(name: str) -> None:
        together.wait()
        try:
            told.append(roster.change(name, role=Role.VIEWER).role)
        except Refused as refusal:
            told.append(refusal.code)

    threads = [threading.Thread(target=depose, args=(name,)) for name in ("li", "wu")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["conflict", "viewer"]


def test_tokens_are_listed_without_their_keys_and_ended_one_by_one(
    roster: Roster, hours: Hours
) -> None:
    roster.add("li", Role.VIEWER)
    weather = roster.new_token("li", "weather", timedelta(days=1))
    map_ = roster.new_token("li", "map")
    assert [(token.label, token.expires_at) for token in roster.tokens("li")] == [
        ("weather", hours.now + timedelta(days=1)),
        ("map", None),
    ]
    roster.end_tokens("li", "weather")
    assert roster.holder(weather) is None
    assert roster.holder(map_) is not None
    with pytest.raises(Refused, match="no token with the label"):
        roster.end_tokens("li", "weather")


def test_a_session_ends_after_a_shift_and_a_token_when_it_was_said(
    roster: Roster, hours: Hours
) -> None:
    _, session = roster.sign_in("li", roster.add("li", Role.VIEWER))
    token = roster.new_token("li", "weather", timedelta(days=1))
    for_ever = roster.new_token("li", "map")
    hours.pass_(SESSION_LASTS)
    assert roster.holder(session) is None
    assert roster.holder(token) is not None
    hours.pass_(timedelta(days=1))
    assert roster.holder(token) is None
    assert roster.holder(for_ever) is not None
    roster.end(for_ever)
    assert roster.holder(for_ever) is None


def test_who_is_disabled_is_out_at_once(roster: Roster) -> None:
    one_time = roster.add("li", Role.VIEWER)
    _, session = roster.sign_in("li", one_time)
    roster.change("li", disabled=True)
    assert roster.holder(session) is None
    with pytest.raises(Refused, match="not right"):
        roster.sign_in("li", one_time)
    roster.change("li", disabled=False)
    assert roster.sign_in("li", one_time)


def test_somebody_is_left_to_administer(roster: Roster) -> None:
    assert first_administrator(roster) is not None
    assert first_administrator(roster) is None
    for change in ({"disabled": True}, {"role": Role.VIEWER.value}):
        with pytest.raises(Refused, match="last administrator"):
            roster.change("admin", **change)
    roster.add("second", Role.ADMINISTRATOR)
    assert roster.change("admin", disabled=True).disabled


@pytest.mark.parametrize("name", ["", "x", "Li", "李", "a b", "x" * 65, "li;--"])
def test_a_name_that_is_none_is_refused(roster: Roster, name: str) -> None:
    with pytest.raises(Refused, match="a name is"):
        roster.add(name, Role.VIEWER)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 10"),
        ("x" * 201, "at most 200"),
        ("my-name-is-LI-indeed", "contain the name"),
        ("ababababababab", "different characters"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(
    roster: Roster, password: str, why: str
) -> None:
    one_time = roster.add("li", Role.VIEWER)
    person, _ = roster.sign_in("li", one_time)
    with pytest.raises(Refused, match=why):
        roster.set_password(person, one_time, password)
    with pytest.raises(Refused, match="present password"):
        roster.set_password(person, "wrong", PASSWORD)


def test_the_database_holds_no_password_and_no_key(tmp_path: Path, hours: Hours) -> None:
    roster = Roster(opened(f"sqlite:///{tmp_path}/people.db"), hours)
    one_time = roster.add("li", Role.VIEWER)
    _, session = roster.sign_in("li", one_time)
    token = roster.new_token("li", "map")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (one_time, session, token):
        assert secret.encode() not in stored


def test_one_time_passwords_pass_the_rules_themselves() -> None:
    assert len({passwords.one_time() for _ in range(100)}) == 100
    assert passwords.weakness("abcd-efgh-jkmn-pqrs", "li") is None


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    for url in ("no url", f"sqlite:///{tmp_path}"):
        with pytest.raises(Refusal) as refusal:
            open_people(url, Hours())
        assert "\n" not in str(refusal.value)


def test_whatever_is_not_known_to_be_looking_is_an_act() -> None:
    class Unheard:
        pass

    assert right_for(Unheard()) is Right.ACT
    assert right_for(c.Dispatch(incident="I")) is Right.ACT
    assert right_for(c.GetSnapshot()) is Right.LOOK


def test_only_administrators_manage_people_and_lookers_never_act() -> None:
    assert [role for role in Role if Right.PEOPLE in RIGHTS[role]] == [Role.ADMINISTRATOR]
    for role in (Role.VIEWER, Role.JUDGE):
        assert Right.ACT not in RIGHTS[role]


# The audit log.


def log_of(path: Path, count: int) -> AuditLog:
    log = AuditLog(opened(f"sqlite:///{path}"), Hours())
    for number in range(count):
        refusal = "no" if number % 3 == 0 else None
        log.record("li", "viewer", "127.0.0.1", "dispatch", f"INC{number}", refusal, "D07")
    return log


def test_an_untouched_log_is_whole(tmp_path: Path) -> None:
    log = log_of(tmp_path / "a.db", 10)
    assert log.fault() is None
    newest, *_ = log.entries(limit=3)
    assert (newest.seq, newest.subject, newest.outcome, newest.detail) == (
        *(10, "INC9", "refused"),
        "no",
    )
    assert [entry.seq for entry in log.entries(before=4)] == [3, 2, 1]


_COLUMNS = st.sampled_from(["at", "who", "role", "address", "act", "subject", "outcome", "detail"])


@given(seq=st.integers(1, 6), column=_COLUMNS, text=st.text(max_size=20))
@settings(max_examples=30)
def test_whatever_is_changed_afterwards_shows(
    tmp_path_factory: pytest.TempPathFactory, seq: int, column: str, text: str
) -> None:
    path = tmp_path_factory.mktemp("audit") / "a.db"
    log = log_of(path, 6)
    entry = next(e for e in log.entries() if e.seq == seq)
    with opened(f"sqlite:///{path}").begin() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.seq == seq).values({column: text}))
    same = getattr(entry, column) == text
    assert log.fault() == (None if same else f"entry {seq} is not what was written")


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_what_is_taken_out_shows(tmp_path: Path, seq: int) -> None:
    log = log_of(tmp_path / "a.db", 4)
    with opened(f"sqlite:///{tmp_path}/a.db").begin() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.seq == seq))
    assert log.fault() == f"entry {seq} is missing"


def test_two_writers_keep_one_chain(tmp_path: Path) -> None:
    one, other = log_of(tmp_path / "a.db", 2), log_of(tmp_path / "a.db", 0)
    for number in range(20):
        (one if number % 2 else other).record("li", "viewer", "", "recall", str(number))
    assert one.fault() is None
    assert len(other.entries(limit=100)) == 22
