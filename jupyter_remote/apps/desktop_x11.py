"""The little of the X11 protocol that a desktop's start needs; standard library only.

Shipped beside ``desktop_runner.py``, so that no xauth, xrandr or xsetroot must be
installed where a desktop runs. Written after "X Window System Protocol" (X11R6.8) and
"The X Resize, Rotate and Reflect Extension" 1.3; all numbers are little-endian.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time

COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"
COOKIE = 16  # bytes
FAMILY_WILD = 0xFFFF
VIEWABLE = 2  # MapState of a window
SUBSTRUCTURE_REDIRECT = 1 << 20  # in an event mask
RR_SET_SCREEN_SIZE, RR_CREATE_MODE, RR_ADD_OUTPUT_MODE = 7, 16, 18
RR_QUERY_VERSION, RR_SET_CRTC_CONFIG, RR_GET_RESOURCES = 0, 21, 25


class XError(Exception):
    """The X server refused a connection or a request."""


def pad(data: bytes) -> bytes:
    """Fill up to a multiple of four bytes."""
    return data + bytes(-len(data) % 4)


def xauthority(cookie: bytes) -> bytes:
    """An Xauthority file with one cookie for every address and display."""

    def field(data: bytes) -> bytes:
        return struct.pack(">H", len(data)) + data

    fields = (b"", b"", COOKIE_NAME, cookie)
    return struct.pack(">H", FAMILY_WILD) + b"".join(map(field, fields))


def socket_path(number: int) -> str:
    """Where display ``number`` listens."""
    return f"/tmp/.X11-unix/X{number}"  # noqa: S108


def lock_path(number: int) -> str:
    """The lock file of display ``number``."""
    return f"/tmp/.X{number}-lock"  # noqa: S108


class Display:
    """A connection to the X server; ``cookie`` None offers no credential at all."""

    def __init__(self, number: int, cookie: bytes | None, timeout: float = 10.0) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout)
        self.sequence = 0
        try:
            self.sock.connect(socket_path(number))
            self.root, self.first_id = self._setup(cookie)
        except BaseException:
            self.sock.close()
            raise

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def _receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.sock.recv(count - len(data))
            if not part:
                raise XError("the X server closed the connection")
            data += part
        return data

    def _setup(self, cookie: bytes | None) -> tuple[int, int]:
        name = COOKIE_NAME if cookie else b""
        head = struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie or b""))
        self.sock.sendall(head + pad(name) + pad(cookie or b""))
        status, length = struct.unpack("<BxxxxxH", self._receive(8))
        body = self._receive(4 * length)
        if status != 1:
            raise XError("the X server refused the connection")
        vendor = struct.unpack_from("<H", body, 16)[0]
        screen = 32 + len(pad(bytes(vendor))) + 8 * body[21]
        return struct.unpack_from("<I", body, screen)[0], struct.unpack_from("<I", body, 4)[0]

    def send(self, opcode: int, data: bytes, detail: int = 0) -> None:
        """A request without an answer."""
        body = pad(data)
        self.sock.sendall(struct.pack("<BBH", opcode, detail, 1 + len(body) // 4) + body)
        self.sequence = (self.sequence + 1) & 0xFFFF

    def ask(self, opcode: int, data: bytes, detail: int = 0) -> bytes:
        """A request with an answer; raises XError when it is an error."""
        self.send(opcode, data, detail)
        while True:
            reply = self._receive(32)
            if reply[0] == 0:
                raise XError(f"X error {reply[1]}, request {reply[10]}")
            if reply[0] == 1:
                reply += self._receive(4 * struct.unpack_from("<I", reply, 4)[0])
            if reply[0] == 1 and struct.unpack_from("<H", reply, 2)[0] == self.sequence:
                return reply

    def managed(self) -> bool:
        """Whether somebody manages windows: has asked for SubstructureRedirect of the root
        window, as only a window manager does, and only one can."""
        attributes = self.ask(3, struct.pack("<I", self.root))
        return bool(struct.unpack_from("<I", attributes, 32)[0] & SUBSTRUCTURE_REDIRECT)

    def atom(self, name: str) -> int:
        """The number of a name."""
        data = name.encode()
        reply = self.ask(16, struct.pack("<Hxx", len(data)) + data)
        return int(struct.unpack_from("<I", reply, 8)[0])

    def shows_window(self, patience: float) -> bool:
        """Whether a window (of one pixel, in a corner, gone at once) that is asked for as
        programs do can be seen within so many seconds."""
        window, limit = struct.pack("<I", self.first_id), time.monotonic() + patience
        self.send(1, window + struct.pack("<IhhHHHHII", self.root, *(0, 0, 1, 1), *(0,) * 4))
        self.send(8, window)
        seen = False
        while not seen and time.monotonic() < limit:
            seen = self.ask(3, window)[26] == VIEWABLE
            time.sleep(0 if seen else 0.005)
        self.send(4, window)
        self.ask(43, b"")
        return seen

    def paint_root(self, color: int) -> None:
        """Give the root window a plain background, 0xRRGGBB."""
        self.send(2, struct.pack("<III", self.root, 1 << 1, color))
        self.send(61, struct.pack("<IHHHH", self.root, 0, 0, 0, 0))
        self.ask(43, b"")

    def repeat_off(self) -> None:
        """No repetition of held keys by the X server: a release that travels slowly would
        count as a key held down. The browser repeats, and each repetition arrives."""
        self.send(102, struct.pack("<II", 1 << 7, 0))
        self.ask(43, b"")

    def set_property(self, name: str, value: int) -> None:
        """A number (CARDINAL) on the root window, for programs that look there."""
        cardinal, width, count = 6, 32, 1
        head = struct.pack("<IIIBxxxI", self.root, self.atom(name), cardinal, width, count)
        self.send(18, head + struct.pack("<I", value))
        self.ask(43, b"")

    def add_size(self, width: int, height: int) -> tuple[int, bytes, int, int, int]:
        """A size that the screen may get, as with ``xrandr --addmode``; answers RANDR's opcode,
        time stamps, CRTC, output and the new mode. XError when there is such a size."""
        code = self._randr()
        stamps, crtc, output = self._resources(code)
        if not crtc or not output:
            raise XError("RANDR has no output")
        mode = self._mode(code, width, height)
        self.send(code, struct.pack("<II", output, mode), RR_ADD_OUTPUT_MODE)
        self.ask(43, b"")
        return code, stamps, crtc, output, mode

    def set_size(self, width: int, height: int) -> None:
        """Make the screen smaller than its largest size, as ``xrandr`` does."""
        code, stamps, crtc, output, mode = self.add_size(width, height)
        head = struct.pack("<I", crtc) + stamps
        self.ask(code, head + struct.pack("<hhIHxx", 0, 0, 0, 1), RR_SET_CRTC_CONFIG)
        millimetres = (round(width * 25.4 / 96), round(height * 25.4 / 96))
        size = struct.pack("<IHHII", self.root, width, height, *millimetres)
        self.send(code, size, RR_SET_SCREEN_SIZE)
        use = head + struct.pack("<hhIHxxI", 0, 0, mode, 1, output)
        if self.ask(code, use, RR_SET_CRTC_CONFIG)[1] != 0:
            raise XError(f"RANDR refused {width}x{height}")

    def _randr(self) -> int:
        name = b"RANDR"
        reply = self.ask(98, struct.pack("<Hxx", len(name)) + name)
        if not reply[8]:
            raise XError("the X server has no RANDR extension")
        self.ask(reply[9], struct.pack("<II", 1, 3), RR_QUERY_VERSION)
        return reply[9]

    def _resources(self, code: int) -> tuple[bytes, int, int]:
        reply = self.ask(code, struct.pack("<I", self.root), RR_GET_RESOURCES)
        crtcs, outputs = struct.unpack_from("<HH", reply, 16)
        ids: list[int] = list(struct.unpack_from(f"<{crtcs + outputs}I", reply, 32))
        return reply[8:16], (ids[:crtcs] or [0])[0], (ids[crtcs:] or [0])[0]

    def _mode(self, code: int, width: int, height: int) -> int:
        name = b"%dx%d" % (width, height)
        across = (width + 8, width + 16, width + 32, 0)
        down = (height + 1, height + 2, height + 6)
        clock = across[2] * down[2] * 60
        mode = struct.pack("<IHHI", 0, width, height, clock)
        mode += struct.pack("<HHHHHHHHI", *across, *down, len(name), 0)
        reply = self.ask(code, struct.pack("<I", self.root) + mode + name, RR_CREATE_MODE)
        return int(struct.unpack_from("<I", reply, 8)[0])


def refuses_strangers(number: int) -> bool:
    """True when a connection without a cookie is refused (not when it cannot be tried)."""
    try:
        Display(number, None).sock.close()
    except XError:
        return True
    return False


def remove_stale(number: int) -> None:
    """Unlink lock and socket of a display, unless an X server lives that has them: another
    one may have been quicker to take the number."""
    with contextlib.suppress(OSError, ValueError), open(lock_path(number)) as lock:
        os.kill(int(lock.read()), 0)
        return
    for path in (lock_path(number), socket_path(number)):
        with contextlib.suppress(OSError):
            os.unlink(path)
