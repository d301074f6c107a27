"""A stand-in for a window manager just after its start: it owns WM_S0, manages windows a little
later, and loses what they ask for until it is ready, as openbox does for some hundredths of a
second."""

import os
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "jupyter_remote/apps"))
import desktop_x11 as x11  # not the package, which takes seconds to load

CHANGE_ATTRIBUTES, CREATE_WINDOW, MAP_WINDOW, SET_SELECTION_OWNER = 2, 1, 8, 22
EVENT_MASK, MAP_REQUEST = 1 << 11, 20

number = int(os.environ["DISPLAY"].lstrip(":"))
cookie = Path(os.environ["XAUTHORITY"]).read_bytes()[-16:]
with x11.Display(number, cookie) as display:
    display.sock.settimeout(None)
    own = struct.pack("<II", display.first_id, display.root)
    display.send(CREATE_WINDOW, own + struct.pack("<hhHHHHII", 0, 0, 1, 1, 0, 0, 0, 0))
    name = display.atom("WM_S0")
    display.send(SET_SELECTION_OWNER, struct.pack("<III", display.first_id, name, 0))
    time.sleep(0.5)
    redirect = struct.pack("<III", display.root, EVENT_MASK, x11.SUBSTRUCTURE_REDIRECT)
    display.send(CHANGE_ATTRIBUTES, redirect)
    ready = time.monotonic() + 0.5
    while True:
        event = display._receive(32)
        if event[0] & 0x7F == MAP_REQUEST and time.monotonic() > ready:
            display.send(MAP_WINDOW, event[8:12])
