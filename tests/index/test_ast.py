from __future__ import annotations

from index.ast import And, Everything, Is, Not, Or, Phrase, Prefix, wanted_texts


def test_wanted_texts_leave_out_what_is_not_wanted() -> None:
    a, b, c = Phrase(("a",)), Prefix("b"), Phrase(("c", "d"))
    node = Or((And((a, Not(b), Is("source", "x"))), Everything(), And((c, Not(Or((a, c)))))))
    assert list(wanted_texts(node)) == [a, c]
