"""multiprocessing.Queue: a NumPy array to another process, which answers: bench/hand-over.mjs in Python."""

import multiprocessing
import time

import numpy as np

from items import assert_equal
from program import arguments, phases_of, report


def receive(arrays, answers, amount):
    for _ in range(amount):
        array = arrays.get()
        answers.put(array[0] + array[-1])


def main():
    given = arguments(amount=1, size=100 * 2**20)
    phases = phases_of(given.amount)
    array = np.zeros(given.size // 8, dtype=np.float64)
    arrays = multiprocessing.Queue()
    answers = multiprocessing.Queue()
    process = multiprocessing.Process(target=receive, args=(arrays, answers, sum(phases)))
    process.start()
    for phase in phases:
        seconds = 0
        for turn in range(1, phase + 1):
            array[0] = turn
            array[-1] = 2 * turn
            start = time.perf_counter()
            arrays.put(array)
            answer = answers.get()
            seconds += time.perf_counter() - start
            assert_equal("answer", answer, 3 * turn)
    process.join()
    assert_equal("exit code", process.exitcode, 0)
    report(phases[-1], seconds)


if __name__ == "__main__":
    main()
