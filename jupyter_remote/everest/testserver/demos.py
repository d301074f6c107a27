"""The demonstration applications."""

from __future__ import annotations

from .apps import Json, app, number, several, text, uri

STDOUT = {"file": "stdout"}
EXPONENTS = {f"L{n}": {**number(f"Exponent {n}"), "file": f"lap{n}.txt"} for n in (1, 2, 3)}
SCAN = {"r": number("Rayleigh number, often 28"), "s": number("Prandtl number, often 10")}
SCAN |= {"b": number("Geometry, often 2.66666"), "steps": number("Steps", False, default=2000)}
COLOUR = text("One of three", False, enum=["red", "green", "blue"], default="green")
KINDS: dict[str, Json] = {
    "title": text("A text"),
    "count": {**number("A whole number"), "type": "integer"},
    "factor": number("A number", False, default=0.5),
    "switch": {**text("On or off", False), "type": "boolean", "default": False},
    "colour": COLOUR,
    "labels": several("Several texts", text("A text"), False),
    "numbers": several("Several numbers", number("A number"), False),
    "files": several("Several files", {"type": "string", "format": "uri"}, False),
    "options": {**text("Anything", False), "type": "object"},
}

DEMOS = [
    app(
        "demo/hostname",
        "hostname",
        "The name of the machine that runs it",
        "hostname",
        {},
        {"hostname": {**text("Name"), **STDOUT}},
    ),
    app(
        "demo/sleep",
        "sleep",
        "Waits; a negative duration fails",
        "sleep ${duration}",
        {"duration": number("Seconds")},
        {},
    ),
    app(
        "demo/echo",
        "echo",
        "Prints a text",
        "printf '%s\\n' ${text}",
        {"text": text("What to print")},
        {"text": {**text("What was printed"), **STDOUT}},
    ),
    app(
        "demo/append",
        "append",
        "Adds a line to a file",
        "everest-demo append ${message}",
        {"message": text("The line"), "file": uri("The file", "input.txt")},
        {"file": uri("The file with the line", "output.txt")},
    ),
    app(
        "demo/wordcount",
        "wordcount",
        "Counts the words of a text",
        "everest-demo wordcount",
        {"file": uri("The text", "input.txt")},
        {
            "words": {**number("How many"), "file": "words.txt"},
            "counts": uri("How often each", "counts.txt"),
        },
    ),
    app(
        "demo/pair-merge",
        "pair-merge",
        "Merges two word counts, and splits them",
        "everest-demo pair-merge",
        {"left": uri("Word counts", "left.txt"), "right": uri("Word counts", "right.txt")},
        {"left": uri("Words before", "left.out.txt"), "right": uri("Words after", "right.out.txt")},
    ),
    app(
        "demo/lorenz",
        "lorenz",
        "Lyapunov exponents of the Lorenz system",
        "everest-demo lorenz ${r} ${s} ${b} ${steps}",
        SCAN,
        {**EXPONENTS, "cout": {**text("What it printed"), **STDOUT}},
    ),
    app(
        "demo/kinds",
        "all kinds of inputs",
        "Lists what it was given",
        "ls",
        KINDS,
        {"listing": {**text("Files it was given"), "file": "stdout"}},
    ),
    app(
        "other/private",
        "private",
        "Nobody but its owner may submit it",
        "hostname",
        {},
        {},
        users=("other",),
    ),
    app(
        "sol/psweep",
        "Parameter Sweep",
        "Runs a command for all values of parameters",
        "",
        {"plan": uri("The plan", "plan"), "files": uri("Its files, as a zip", "files", False)},
        {"results": uri("A folder for each task, as a zip", "results.zip")},
    ),
]
