"""Shipped weights, pinned floors and labelled data; no code.

default/  the packaged model (weights.npz, model.json) and what the release pins (RELEASE.json)
data/     the labelled set, JSON Lines
"""
