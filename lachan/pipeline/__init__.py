"""Use cases over ports: no SQL, no HTTP, no model library.

    intake -> assess -> review | protect -> notify -> appeal
                                  \\-> publish (outbox -> index)      retain (what is past its day)

`ports` is the seam: everything outside is reached through it.
"""
