"""What the demonstration applications run: ``everest-demo NAME ...`` in their command lines.

Standard library only, run as ``python -I -S programs.py NAME ...`` in a task's folder.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from math import log
from pathlib import Path

Vector = list[float]


def append(message: str) -> None:
    """``input.txt`` and a line more -> ``output.txt``."""
    text = Path("input.txt").read_text(encoding="utf-8")
    end = "" if not text or text.endswith("\n") else "\n"
    Path("output.txt").write_text(f"{text}{end}{message}\n", encoding="utf-8")


def wordcount() -> None:
    """``input.txt`` -> ``counts.txt`` (word and number, words in order) and ``words.txt``."""
    words = re.findall(r"\w+", Path("input.txt").read_text(encoding="utf-8").lower())
    _write("counts.txt", sorted(Counter(words).items()))
    Path("words.txt").write_text(str(len(words)))


def pair_merge() -> None:
    """Two dictionaries -> words before and after: the left one keeps its length, equal words
    are added up (a halved list would be wrong: words that met shrink it)."""
    left, right = _read("left.txt"), _read("right.txt")
    both = sorted((Counter(dict(left)) + Counter(dict(right))).items())
    _write("left.out.txt", both[: len(left)])
    _write("right.out.txt", both[len(left) :])


def lorenz(r: str, s: str, b: str, steps: str) -> None:
    """Lyapunov exponents of the Lorenz system -> ``lap1.txt``, ``lap2.txt``, ``lap3.txt``."""
    values = exponents(float(r), float(s), float(b), int(float(steps)))
    for number, value in enumerate(values, 1):
        Path(f"lap{number}.txt").write_text(f"{value:.6f}\n")
    sys.stdout.write(f"sum {sum(values):.6f}, must be {-(float(s) + 1 + float(b)):.6f}\n")


def exponents(r: float, s: float, b: float, steps: int, step: float = 0.01) -> Vector:
    """The three exponents by Benettin's method: three tangent vectors are carried along
    (Runge-Kutta, fourth order) and made orthogonal again after each step (Gram-Schmidt)."""
    state = [0.5, 1.0, 1.5, *(float(i == j) for i in range(3) for j in range(3))]
    sums = [0.0, 0.0, 0.0]
    for _ in range(steps):
        state = _advance(state, r, s, b, step)
        basis: list[Vector] = []
        for number in range(3):
            vector = state[3 + 3 * number : 6 + 3 * number]
            for other in basis:
                along = sum(x * y for x, y in zip(vector, other, strict=True))
                vector = [x - along * y for x, y in zip(vector, other, strict=True)]
            length = sum(x * x for x in vector) ** 0.5
            basis.append([x / length for x in vector])
            sums[number] += log(length)
        state = state[:3] + [x for vector in basis for x in vector]
    return [value / (steps * step) for value in sums]


def _advance(state: Vector, r: float, s: float, b: float, step: float) -> Vector:
    def moved(slope: Vector, by: float) -> Vector:
        return [x + by * dx for x, dx in zip(state, slope, strict=True)]

    one = _slope(state, r, s, b)
    two = _slope(moved(one, step / 2), r, s, b)
    three = _slope(moved(two, step / 2), r, s, b)
    four = _slope(moved(three, step), r, s, b)
    slopes = zip(one, two, three, four, strict=True)
    return moved([(k + 2 * m + 2 * n + o) / 6 for k, m, n, o in slopes], step)


def _slope(state: Vector, r: float, s: float, b: float) -> Vector:
    x, y, z = state[:3]
    slope = [s * (y - x), x * (r - z) - y, x * y - b * z]
    for at in (3, 6, 9):
        u, v, w = state[at : at + 3]
        slope += [s * (v - u), (r - z) * u - v - x * w, y * u + x * v - b * w]
    return slope


def _read(name: str) -> list[tuple[str, int]]:
    lines = (line.split() for line in Path(name).read_text(encoding="utf-8").splitlines())
    return [(words[0], int(words[1])) for words in lines if words]


def _write(name: str, counts: Sequence[tuple[str, int]]) -> None:
    text = "".join(f"{word} {count}\n" for word, count in counts)
    Path(name).write_text(text, encoding="utf-8")


PROGRAMS: dict[str, Callable[..., None]] = {
    "append": append,
    "wordcount": wordcount,
    "pair-merge": pair_merge,
    "lorenz": lorenz,
}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
