"""The round of the alerts: new counts once, twice at most where a process dies, none of them small."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from index import open_index
from lachan.domain.alert import (
    LASTS,
    Alert,
    AlertPace,
    AlertState,
    AlertSubject,
    AlertWay,
    Quiet,
    Watch,
)
from lachan.domain.bulletin import UNDERWAY_FOR, SendingState
from lachan.domain.errors import InputError, NotFound, PermissionDenied, RefusedError, TransitionError
from lachan.domain.post import SourceKind
from lachan.domain.taxonomy import Category
from lachan.pipeline.alerts import Alerts
from lachan.pipeline.ports import SearchIndex
from lachan.pipeline.telling import Dispatch, Round, Telling, Unanswered, asked
from tests.index.sentences import document
from tests.world import World, warning

WHY = "Theo dõi việc rao bán trước cổng trường, theo kế hoạch tháng"
DRUGS = Watch(category=Category.DRUGS_TO_MINORS)
COMMUNE, OTHER = "Xã Bãi Mây, Bến Sông", "Xã Gò Vắng, Bến Sông"
PLACE = Watch(place=COMMUNE)


class Killed(BaseException):
    """The process dies here: nothing catches it, nothing is written after it."""


@dataclass
class Box:
    """A way out that keeps what arrives; before or after that it may fail, fall silent or die."""

    way: AlertWay
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None
    got: list[tuple[Dispatch, str | None]] = field(default_factory=list)

    def send(self, dispatch: Dispatch, address: str | None) -> None:
        self.before()
        self.got.append((dispatch, address))
        self.after()


@dataclass
class Town:
    """Confirmed cases as the index counts them."""

    world: World
    index: SearchIndex
    next: int = 1000

    def confirm(self, count: int, *, days_ago: float = 0, **given: object) -> None:
        at = self.world.clock() - timedelta(days=days_ago)
        given.setdefault("categories", (Category.DRUGS_TO_MINORS,))
        made = [document(self.next + n, "pod", at=at, **given) for n in range(count)]  # type: ignore[arg-type]
        self.next += count
        self.index.apply(made, [])

    def confirm_text(self, text: str, key: str = "town") -> None:
        """Through the whole house."""
        why = f"Bài vẫn còn công khai, nhiều học sinh đang đọc và hỏi thêm: {text}"
        self.world.confirmed(f"[drugs_to_minors promoting] {text}", warning(why), key=key)

    @property
    def alerts(self) -> Alerts:
        return Alerts(self.world.database, self.index, self.world.clock, list(AlertWay))

    def make(
        self,
        watch: Watch = DRUGS,
        pace: AlertPace = AlertPace.AT_ONCE,
        ways: tuple[AlertWay, ...] = tuple(AlertWay),
        quiet: Quiet | None = None,
        name: str = "analyst",
    ) -> Alert:
        return self.alerts.make(self.world.actor(name), watch, WHY, pace, ways, quiet)

    def run(self, *boxes: Box) -> Round:
        return Telling(self.world.database, self.index, self.world.clock, boxes).run()

    def told(self, name: str = "analyst") -> list[list[int]]:
        """The counts of each bulletin, oldest first."""
        return [[line.count for line in b.lines] for b in self.alerts.told(self.world.actor(name))][::-1]

    def actions(self, subject: str) -> list[str]:
        with self.world.database.read() as unit:
            return [link.event.action for link in unit.audit.of_subject(subject)][::-1]


@pytest.fixture
def town(world: World, tmp_path: Path) -> Iterator[Town]:
    index = open_index(str(tmp_path / "index"))
    made = Town(world, index)
    made.alerts.set_email(world.actor("analyst"), " mai@example.vn ")
    yield made
    index.close()


def test_five_new_cases_are_told_once_by_every_way(town: Town) -> None:
    town.confirm(40)
    alert = town.make()
    mail, hook = Box(AlertWay.MAIL), Box(AlertWay.WEBHOOK)
    assert town.run(mail, hook) == Round(0, 0, 0), "what was there before is not news"
    town.confirm(4, days_ago=8)
    assert town.run(mail, hook) == Round(0, 0, 0), "a small count is not told"
    town.confirm(3)
    town.confirm(9, categories=(Category.SELFHARM,))
    assert town.run(mail, hook) == Round(1, 2, 0)
    assert town.run(mail, hook) == Round(0, 0, 0)
    assert town.told() == [[7]]
    ((told, address),) = mail.got
    assert (told.counts, address) == (((alert.id, 7),), "mai@example.vn")
    assert hook.got[0][0] == told
    assert town.actions(f"bulletin:{told.bulletin}") == ["alert:tell", "alert:send", "alert:send"]


def test_a_place_is_told_of_whole_weeks_and_never_small(town: Town) -> None:
    town.confirm(5, days_ago=40, places=(COMMUNE,))
    town.confirm(4, days_ago=40, places=(OTHER,))
    with pytest.raises(InputError, match="list"):
        town.make(Watch(place=OTHER))
    town.make(PLACE)
    for count in (3, 3):
        town.confirm(count, places=(COMMUNE,))
        assert town.run().told == 0, "the week still runs"
    town.world.clock.move(days=7)
    town.confirm(4, places=(COMMUNE,))
    assert (town.run().told, town.told()) == (1, [[5]]), "six, in fives"
    town.world.clock.move(days=7)
    assert town.run().told == 0, "four in a week stay unsaid"


def test_rising_words_are_counted_not_said(town: Town) -> None:
    for number in range(3):
        town.confirm_text(f"bán kẹo ngậm số {number} trước cổng trường")
    town.make(Watch(AlertSubject.RISING))
    town.world.clock.move(days=4)
    town.world.another_source("lang")
    for number in range(6):
        town.confirm_text(f"xôi lạc bảy màu số {number} trước cổng trường", ("town", "lang")[number % 2])
    town.world.clock.move(days=7)
    box = Box(AlertWay.WEBHOOK)
    assert town.run(box).told == 1
    assert "lạc" not in repr(box.got)
    town.world.clock.move(hours=1)
    assert town.run(box).told == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_tells_twice_at_most(town: Town, when: str) -> None:
    """Killed at every telling, between sending and noting it or just before: the same key, and never a third time."""
    town.make(ways=(AlertWay.WEBHOOK,))
    town.run()
    town.confirm(6)
    box = Box(AlertWay.WEBHOOK)

    def die() -> None:
        raise Killed

    setattr(box, when, die)
    for _ in range(6):
        with suppress(Killed):
            town.run(box)
        town.world.clock.move(seconds=UNDERWAY_FOR.total_seconds())
    assert len(box.got) == (2 if when == "after" else 0)
    assert len({dispatch.key for dispatch, _ in box.got}) <= 1
    assert town.told() == [[6]], "at the desk it stands once"
    (bulletin,) = town.alerts.told(town.world.actor("analyst"))
    (sending,) = town.alerts.open(town.world.actor("analyst"), bulletin.id).sendings
    assert sending.state is SendingState.GIVEN_UP
    assert town.actions(f"bulletin:{bulletin.id}") == ["alert:tell", "alert:give_up"]


def test_one_that_dies_once_is_made_good(town: Town) -> None:
    town.make(ways=(AlertWay.WEBHOOK,))
    town.run()
    town.confirm(6)

    def die() -> None:
        raise Killed

    with pytest.raises(Killed):
        town.run(Box(AlertWay.WEBHOOK, before=die))
    box = Box(AlertWay.WEBHOOK)
    assert town.run(box).sent == 0, "perhaps it is still under way"
    town.world.clock.move(seconds=UNDERWAY_FOR.total_seconds())
    assert town.run(box).sent == 1 and len(box.got) == 1


def test_what_fails_is_tried_again_and_what_is_silent_once_more(town: Town) -> None:
    town.make()
    town.run()
    town.confirm(6)

    def refuse() -> None:
        raise OSError("no such server")

    def silent() -> None:
        raise Unanswered("timeout")

    mail, hook = Box(AlertWay.MAIL, before=refuse), Box(AlertWay.WEBHOOK, after=silent)
    for _ in range(8):
        town.run(mail, hook)
        town.world.clock.move(hours=2)
    assert (len(mail.got), len(hook.got)) == (0, 2)
    mail.before = lambda: None
    assert town.run(mail, hook).sent == 1 and len(mail.got) == 1
    assert town.told() == [[6]]


def test_two_rounds_at_once_tell_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second runs between the first one's look and its note."""
    town.make(ways=(AlertWay.WEBHOOK,))
    town.run()
    town.confirm(6)
    box = Box(AlertWay.WEBHOOK)
    inner = Telling._bulletin
    nested: list[Round] = []

    def between(self: Telling, *given: object) -> bool:
        if not nested:
            nested.append(Round(0, 0, 0))
            nested.append(town.run(box))
        return inner(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Telling, "_bulletin", between)
    assert town.run(box) == Round(0, 0, 0)
    assert nested[1] == Round(1, 1, 0) and len(box.got) == 1


def test_a_digest_is_one_message_for_all_of_an_account(town: Town) -> None:
    """World begins at 8:00 in Vietnam on a Sunday."""
    daily = AlertPace.DAILY
    town.make(DRUGS, daily)
    town.make(Watch(kind=SourceKind.FORUM), daily)
    town.make(DRUGS, daily, name="officer", ways=())
    box = Box(AlertWay.MAIL)
    town.world.clock.move(hours=1)
    town.run(box)
    town.confirm(6)
    assert town.run(box).told == 0
    town.world.clock.move(hours=22, minutes=59)
    assert town.run(box).told == 0
    town.world.clock.move(minutes=1)
    assert town.run(box).told == 2
    assert town.told() == [[6, 6]] and town.told("officer") == [[6]]
    assert len(box.got) == 1


def test_quiet_hours_and_leave_hold_it_back(town: Town) -> None:
    town.make(quiet=Quiet(7, 10))
    town.run()
    town.confirm(6)
    assert town.run().told == 0
    town.world.clock.move(hours=2)
    town.world.accounts.leave(town.world.actor("admin"), "analyst", town.world.clock() + timedelta(days=2))
    assert town.run().told == 0
    town.world.clock.move(days=2)
    assert town.run().told == 1


def test_it_ends_after_thirty_days_unless_renewed(town: Town) -> None:
    first, second = town.make(), town.make(Watch(kind=SourceKind.FEED))
    town.run()
    town.world.clock.move(days=LASTS.days - 1)
    analyst = town.world.actor("analyst")
    town.alerts.renew(analyst, first.id)
    town.world.clock.move(days=1)
    town.confirm(6)
    assert town.run() == Round(1, 0, 1)
    states = {alert.id: alert.state for alert in town.alerts.of(analyst)}
    assert states == {first.id: AlertState.RUNNING, second.id: AlertState.LAPSED}
    for act in (town.alerts.renew, town.alerts.end):
        with pytest.raises(TransitionError):
            act(analyst, second.id)
    assert town.actions(f"alert:{first.id}") == ["alert:make", "alert:renew"]
    assert town.actions(f"alert:{second.id}") == ["alert:make", "alert:lapse"]
    town.alerts.end(analyst, first.id)
    town.confirm(6)
    assert town.run().told == 0


def test_who_may_not_search_any_more_is_told_nothing(town: Town) -> None:
    alert = town.make()
    town.run()
    town.confirm(6)
    town.world.accounts.close(town.world.actor("admin2"), "analyst")
    assert town.run() == Round(0, 0, 1)
    assert town.actions(f"alert:{alert.id}") == ["alert:make", "alert:end"]


def test_the_index_down_holds_the_news_back_and_not_what_waits(town: Town) -> None:
    town.make(ways=(AlertWay.WEBHOOK,))
    town.run()
    town.confirm(6)

    def refuse() -> None:
        raise OSError("no such server")

    town.run(Box(AlertWay.WEBHOOK, before=refuse))

    class Down:
        def search(self, request: object) -> None:
            raise OSError("down")

    town.world.clock.move(minutes=10)
    box = Box(AlertWay.WEBHOOK)
    with pytest.raises(OSError, match="down"):
        Telling(town.world.database, Down(), town.world.clock, [box]).run()  # type: ignore[arg-type]
    assert len(box.got) == 1


def test_why_and_who_stand_in_the_log_with_persons_masked(town: Town) -> None:
    analyst = town.world.actor("analyst")
    made = town.alerts.make(
        analyst, DRUGS, "Anh gọi 0900 000 123 nhờ theo dõi trong tháng này", AlertPace.DAILY
    )
    with town.world.database.read() as unit:
        (link,) = unit.audit.of_subject(f"alert:{made.id}")
    assert (link.event.actor, link.event.action) == ("analyst", "alert:make")
    assert "nhờ theo dõi" in str(link.event.details["why"]) and "0900" not in repr(link.event)
    assert link.event.details["category"] == "drugs_to_minors"


def test_ones_alerts_are_ones_own(town: Town) -> None:
    alert = town.make()
    town.run()
    town.confirm(6)
    town.run()
    (bulletin,) = town.alerts.told(town.world.actor("analyst"))
    other = town.world.actor("analyst2")
    assert town.alerts.of(other) == [] and town.alerts.told(other) == []
    for call in (
        lambda: town.alerts.renew(other, alert.id),
        lambda: town.alerts.end(other, alert.id),
        lambda: town.alerts.open(other, bulletin.id),
    ):
        with pytest.raises(NotFound):
            call()
    for name in ("admin", "auditor", "protection_officer"):
        with pytest.raises(PermissionDenied):
            town.make(name=name)
    assert bulletin.seen_at is None
    opened = town.alerts.open(town.world.actor("analyst"), bulletin.id)
    assert list(opened.alerts) == [alert.id]
    assert town.alerts.told(town.world.actor("analyst"))[0].seen_at == town.world.clock()


def test_nobody_keeps_more_than_twenty(town: Town) -> None:
    for _ in range(20):
        town.make()
    with pytest.raises((InputError, RefusedError), match="20"):
        town.make()


def test_the_index_is_asked_no_word() -> None:
    full = Watch(category=Category.SELFHARM, kind=SourceKind.FORUM, place=COMMUNE)
    for watch in (full, replace(full, place=""), PLACE):
        request = asked(watch, date(2026, 11, 2))
        assert (request.query, request.limit) == ("", 0)
