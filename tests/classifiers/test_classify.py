from __future__ import annotations

import json

from classifiers.classify import LONGEST_LINE, classify_lines
from classifiers.judge import CascadeJudge

ADVERT = "hs lớp 9 nào cần pod thì nhắn anh, ship tận cổng trường giờ ra chơi, giá rẻ"


def test_every_line_gives_one_object_in_its_place(judge: CascadeJudge) -> None:
    lines = [
        json.dumps({"id": "a", "text": ADVERT}),
        "no json",
        json.dumps({"id": 7, "text": "hôm nay trời đẹp", "source_audience": "minors"}),
        json.dumps({"id": "c"}),
        json.dumps({"text": "không có mã"}),
        json.dumps({"id": "e", "text": "x", "source_audience": "all"}),
        json.dumps([1]),
        "",
        json.dumps({"id": True, "text": "x"}),
    ]
    out = list(classify_lines(judge, lines))
    assert len(out) == len(lines)
    assert [each["id"] for each in out] == ["a", None, 7, "c", None, "e", None, None, None]
    assert [at for at, each in enumerate(out, 1) if "error" in each] == [2, 4, 5, 6, 7, 8, 9]
    assert all(each["line"] == at for at, each in enumerate(out, 1) if "error" in each)


def test_a_flagged_line_has_every_field(judge: CascadeJudge) -> None:
    (out,) = classify_lines(judge, [json.dumps({"id": "a", "text": ADVERT})])
    assert set(out) == {"id", "route", "labels", "context", "urgent", "spans", "model"}
    assert out["route"] == "review"
    assert out["labels"][0]["category"] == "drugs_to_minors"
    assert out["model"] == judge.name
    for span in out["spans"]:
        assert 0 <= span["start"] < span["end"] <= len(ADVERT)


def test_a_harmless_line_says_nothing_more(judge: CascadeJudge) -> None:
    (out,) = classify_lines(judge, [json.dumps({"id": "a", "text": "hôm nay trời đẹp"})])
    assert out == {
        "id": "a", "route": "none", "labels": [], "context": "other", "urgent": False, "spans": [], "model": judge.name,
    }  # fmt: skip


def test_a_giant_line_is_refused_and_the_run_goes_on(judge: CascadeJudge) -> None:
    lines = ["x" * (LONGEST_LINE + 1), "[" * 100_000, json.dumps({"id": 1, "text": "chào"})]
    out = list(classify_lines(judge, lines))
    assert "split" in out[0]["error"]
    assert "error" in out[1]
    assert out[2]["route"] == "none"


def test_the_stream_is_read_as_it_comes(judge: CascadeJudge) -> None:
    def lines() -> object:
        for at in range(10_000_000):
            yield json.dumps({"id": at, "text": "chào"})

    stream = classify_lines(judge, lines())  # type: ignore[arg-type]
    assert [next(stream)["id"] for _ in range(600)] == list(range(600))
