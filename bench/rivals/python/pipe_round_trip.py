"""multiprocessing.Pipe: send an int to another process and wait for it to come back."""

import multiprocessing
import time

from items import assert_equal
from program import arguments, phases_of, report


def echo(connection, amount):
    send, recv = connection.send, connection.recv
    for _ in range(amount):
        send(recv())


def main():
    given = arguments(amount=1_000)
    phases = phases_of(given.amount)
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=echo, args=(there, sum(phases)))
    process.start()
    send, recv = here.send, here.recv
    for phase in phases:
        total = 0
        start = time.perf_counter()
        for index in range(phase):
            send(index)
            total += recv()
        seconds = time.perf_counter() - start
        assert_equal("sum", total, phase * (phase - 1) // 2)
    process.join()
    assert_equal("exit code", process.exitcode, 0)
    report(phases[-1], seconds)


if __name__ == "__main__":
    main()
