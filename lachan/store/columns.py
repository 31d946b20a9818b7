"""Column types that mean the same on both backends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from sqlalchemy import BigInteger, Dialect, Integer
from sqlalchemy.types import TypeDecorator

from lachan.domain.errors import InputError

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: Asia/Ho_Chi_Minh: UTC+7 without summer time since 1975, so no time zone database is needed.
VIETNAM: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

#: 64 bits; SQLite counts rows up only for a column of type INTEGER, which is 64 bits there anyway.
Id: Final = BigInteger().with_variant(Integer(), "sqlite")


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC. Raises InputError for a datetime without a zone."""
    if moment.tzinfo is None:
        raise InputError("a datetime without a time zone cannot be stored: make it aware")
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def local_day(moment: datetime) -> date:
    """The calendar day in Asia/Ho_Chi_Minh."""
    return moment.astimezone(VIETNAM).date()


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as whole microseconds UTC: sorts alike, exact on both backends."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)
