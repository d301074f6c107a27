"""Placeholder until the .desktop reader lands."""

from __future__ import annotations


def programs() -> list[object]:
    return []
