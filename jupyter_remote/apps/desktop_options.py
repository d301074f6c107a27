"""What desktops and single programs can be told, as JSON schemas of their options."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Json

LAYOUT: Mapping[str, Json] = {
    "type": "string",
    "title": "Keyboard layout",
    "description": "An X keyboard layout such as us, de or fr for programs that look at keys and "
    "not at characters. Empty: every character you type arrives, whatever your layout.",
    "pattern": "^[A-Za-z0-9_,()-]*$",
    "maxLength": 100,
    "default": "",
}
SIZE: Mapping[str, Json] = {
    "type": "string",
    "title": "First size",
    "description": "Width x height in pixels of the tab that will show it, such as 1280x800; it "
    "follows the tab afterwards.",
    "pattern": "^([1-9][0-9]{2,3}x[1-9][0-9]{2,3})?$",
    "default": "",
    "x-hint": True,
}
COMMAND: Mapping[str, Json] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 10000,
    "title": "Command",
    "description": "The program and its arguments, with quotes as in a shell. No shell runs it.",
}
