"""A keyboard map on which every character of ``desktop/keysyms.json`` has a key.

Xpra looks a typed character up in the X server's current map and drops what is not there;
guessing the user's layout therefore loses characters. Our X servers get a private XKB folder
whose ``symbols/inet`` (section ``evdev``, which every layout includes) puts four characters
on each keycode that no keyboard of today has or needs. No layout must be known any more.

Levels one and two of a key hold two characters, three and four (with AltGr) two more. The
second group repeats the latter: Xpra 3.1 reads the map through the core protocol, in which
the columns after the first two are those of group two.
"""

from __future__ import annotations

import functools
import json
from itertools import chain
from pathlib import Path

CHARACTERS = Path(__file__).parents[1] / "desktop/keysyms.json"

SPARE_CODES = (120, 126, 128, 129, *range(147, 191), *range(208, 256))
NAMED = "MUTE VOL- VOL+ POWR STOP AGAI PROP UNDO FRNT COPY OPEN PAST FIND CUT HELP LNFD"
FUNCTION = range(13, 25)
SPARE_KEYS = (
    *(f"I{code}" for code in SPARE_CODES),
    *(f"FK{number}" for number in FUNCTION),
    *NAMED.split(),
)
"""Names that xkeyboard-config gives to keycodes 8-255 without a place on a pc105 keyboard."""


def keysyms() -> dict[str, str]:
    """Character -> name of its keysym, in the order in which keys are given out."""
    table: dict[str, str] = json.loads(CHARACTERS.read_text(encoding="utf-8"))
    return table


@functools.cache
def symbols() -> str:
    """The text of ``symbols/inet``; characters that find no key any more are left out."""
    return generate(list(keysyms().values()), SPARE_KEYS)


def generate(names: list[str], keys: tuple[str, ...]) -> str:
    """Four keysyms a key, in order."""
    rows = [names[i : i + 4] for i in range(0, len(names), 4)]
    lines = chain.from_iterable(_key(key, row) for key, row in zip(keys, rows, strict=False))
    return "\n".join(('partial alphanumeric_keys\nxkb_symbols "evdev" {', *lines, "};\n"))


def _key(key: str, row: list[str]) -> list[str]:
    four = [*row, *["NoSymbol"] * (4 - len(row))]
    return [
        f"  key <{key}> {{",
        f'    type[Group1]="FOUR_LEVEL", symbols[Group1]=[ {", ".join(four)} ],',
        f'    type[Group2]="TWO_LEVEL", symbols[Group2]=[ {", ".join(four[2:])} ]',
        "  };",
    ]
