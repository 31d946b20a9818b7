"""Today's provinces and communes, as far as somebody's help is bound to one.

Keys are those of `domain.place`: `Tỉnh Ninh Bình`, `Xã Nghĩa Hưng, Ninh Bình`. Of offices, never of a child.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Area:
    """A province and perhaps one of its communes, by their keys; both "" for the whole country."""

    province: str = ""
    commune: str = ""


COUNTRY: Final = Area()


@dataclass(frozen=True)
class Units:
    """The units of today: key of a province -> the keys of its communes."""

    communes: Mapping[str, tuple[str, ...]]

    @property
    def provinces(self) -> tuple[str, ...]:
        return tuple(self.communes)

    def province(self, name: str) -> str | None:
        """The key of what is called so, with or without its kind; None where nothing or more than one is."""
        return _only(name, {key: key for key in self.communes})

    def commune(self, name: str, province: str) -> str | None:
        """The same for a commune, ward or special zone of the province with this key."""
        return _only(name, {key: key.partition(",")[0] for key in self.communes.get(province, ())})


_KINDS: Final = ("Tỉnh", "Thành phố", "Xã", "Phường", "Đặc khu")


def _only(name: str, called: Mapping[str, str]) -> str | None:
    wanted = _plain(name)
    found = {key for key, full in called.items() if wanted in _ways(key, full)}
    return found.pop() if len(found) == 1 else None


def _ways(key: str, full: str) -> Iterable[str]:
    """How a unit may be written."""
    short = next((full[len(kind) + 1 :] for kind in _KINDS if full.startswith(f"{kind} ")), full)
    return {_plain(key), _plain(full), _plain(short)}


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
