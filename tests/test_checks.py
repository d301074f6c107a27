"""Whether what is asked for is offered: the check that all backends share."""

from __future__ import annotations

import math

import pytest

from jupyter_remote.backends.checks import amount, check_options
from jupyter_remote.contract import Allowed, Choice, Field, Missing, Offers
from jupyter_remote.errors import InvalidSpec


def choice(name, *values):
    choices = tuple(Choice(value=value) for value in values)
    return Field(name=name, label=name.title(), kind="choice", choices=choices)


TIME = Field(name="time", label="Time limit", kind="seconds", least=60, most=86400)
CPUS = Field(name="cpus", label="CPUs", kind="whole", least=1, most=64)
MEMORY = Field(name="memory", label="Memory", kind="bytes", least=2**20)
OFFERS = Offers(
    available=True,
    fields=(
        choice("partition", "debug", "gpu", "long"),
        choice("account", "physics", "ml"),
        *(TIME, CPUS, MEMORY),
        Field(name="array", label="Array"),
        Field(name="exclusive", label="Exclusive", kind="switch"),
    ),
    allowed=(
        Allowed(
            values={"partition": ("debug",), "account": ("physics", "ml")},
            most={"time": 3600, "cpus": 4},
        ),
        Allowed(values={"partition": ("gpu", "hidden"), "account": ("ml",)}, most={"cpus": 64}),
        Allowed(
            values={"partition": ("long",), "account": ("ml",)}, most={"cpus": 8, "time": 86400}
        ),
    ),
    missing=(Missing(field="partition", value="big", why="it is for the lab only"),),
)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"partition": None, "unknown": None},
        {"partition": "debug", "account": "physics", "time": 3600, "cpus": 4},
        {"partition": "hidden"},
        {"account": "ml", "time": 86400, "cpus": 64},
        {"account": "physics", "memory": 2**50},
        {"time": 90.5, "array": "0-9%2", "exclusive": False},
    ],
)
def test_what_is_offered(options):
    check_options(OFFERS, options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"qos": "x"}, "there is no option 'qos'; there are partition, account, time"),
        ({"partition": "big"}, "Partition: you may not use 'big': it is for the lab only"),
        (
            {"partition": "nix"},
            "Partition: there is no 'nix'; you may use debug, gpu, long, hid",
        ),
        ({"partition": ["gpu"]}, "Partition: ['gpu'] is no choice; you may use debug"),
        ({"time": 59}, "Time limit: 59 s is too little; at least 1 min"),
        ({"time": 90000}, "Time limit: 1 d 1 h is too much; at most 1 d"),
        ({"time": math.nan}, "Time limit: nan is no number"),
        ({"time": True}, "Time limit: True is no number"),
        ({"cpus": 1.5}, "CPUs: 1.5 is no whole number"),
        ({"cpus": "4"}, "CPUs: '4' is no number"),
        ({"memory": 1000}, "Memory: 1000 bytes is too little; at least 1 MiB"),
        ({"array": "1\n2"}, "Array: '1\\n2' is not one line of text"),
        ({"array": 3}, "Array: '3' is not one line of text"),
        ({"array": "1" * 5000}, "Array: '1111"),
        ({"exclusive": "yes"}, "Exclusive: 'yes' is neither true nor false"),
        (
            {"account": "physics", "partition": "gpu"},
            "Account: 'physics' does not go with partition 'gpu'; with that you may use ml",
        ),
        (
            {"partition": "debug", "time": 7200},
            "Time limit: 2 h is too much; with what else is chosen at most 1 h",
        ),
        (
            {"partition": "long", "cpus": 9},
            "CPUs: 9 is too much; with what else is chosen at most 8",
        ),
    ],
)
def test_what_is_not_offered_is_said_with_the_reason(options, words):
    with pytest.raises(InvalidSpec) as error:
        check_options(OFFERS, options)
    assert str(error.value).startswith(words)


def test_numbers_must_be_borne_by_one_combination():
    rows = (
        Allowed(values={"account": ("a",)}, most={"time": 60, "cpus": 64}),
        Allowed(values={"account": ("b",)}, most={"time": 86400, "cpus": 2}),
    )
    offers = Offers(available=True, fields=(choice("account", "a", "b"), TIME, CPUS), allowed=rows)
    check_options(offers, {"time": 86400, "cpus": 2})
    check_options(offers, {"time": 60, "cpus": 64})
    with pytest.raises(InvalidSpec, match=r"^Time limit: 1 d is too much; with .* at most 1 min$"):
        check_options(offers, {"time": 86400, "cpus": 64})


def test_any_choices_go_together_where_no_combinations_are_listed():
    offers = Offers(available=True, fields=(choice("a", "1"), choice("b", "2")))
    check_options(offers, {"a": "1", "b": "2"})
    with pytest.raises(InvalidSpec):
        check_options(offers, {"a": "2"})


def test_nothing_can_be_asked_for_where_nothing_is_offered():
    offers = Offers(available=False, reason="you have no account")
    check_options(offers, {})
    with pytest.raises(InvalidSpec, match="you have no account"):
        check_options(offers, {"a": "1"})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (TIME, 5400, "1 h 30 min"), (TIME, 0.2, "less than 1 s"), (TIME, 0, "0"),
        (MEMORY, 4 * 2**30, "4 GiB"), (MEMORY, 1.5 * 2**20, "1.5 MiB"), (CPUS, 2000000, "2000000"),
    ],
)  # fmt: skip
def test_amounts_for_people(field, value, words):
    assert amount(field, value) == words
