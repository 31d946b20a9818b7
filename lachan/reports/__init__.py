"""Figures, charts and documents."""
