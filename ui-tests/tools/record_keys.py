"""Writes down what a program in a terminal receives: ``xterm -e python3 record_keys.py FILE``."""

import os
import sys
import termios
import tty

saved = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, b"recording\r\n")
with open(sys.argv[1], "ab", buffering=0) as file:
    while data := os.read(0, 4096):
        file.write(data)
