"""What the Python rivals have in common: bench/program.mjs in Python."""

import argparse
import json


def arguments(**defaults):
    parser = argparse.ArgumentParser()
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    return parser.parse_args()


def phases_of(amount, sharers=1):
    def rounded(value):
        return max(sharers, round(value / sharers) * sharers)

    return [rounded(amount / 4), rounded(amount)]


def report(operations, seconds):
    print(json.dumps({"operations": operations, "seconds": seconds}))
