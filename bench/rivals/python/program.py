"""What the Python rivals have in common: bench/program.mjs in Python."""

import argparse
import json
import time

from items import assert_equal


def arguments(**defaults):
    parser = argparse.ArgumentParser()
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    return parser.parse_args()


def phases_of(amount, sharers=1):
    def rounded(value):
        return max(sharers, round(value / sharers) * sharers)

    return [rounded(amount / 4), rounded(amount)]


def hand_over(phases, array, send, answers):
    """Hands the array over again and again; seconds of the last phase, from each send to its answer."""
    for phase in phases:
        seconds = 0
        for turn in range(1, phase + 1):
            array[0] = turn
            array[-1] = 2 * turn
            start = time.perf_counter()
            send()
            answer = answers.get()
            seconds += time.perf_counter() - start
            assert_equal("answer", answer, 3 * turn)
    return seconds


def report(operations, seconds):
    print(json.dumps({"operations": operations, "seconds": seconds}))
