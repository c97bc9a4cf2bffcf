"""multiprocessing.Queue: a NumPy array to another process, which answers: bench/hand-over.mjs in Python."""

import multiprocessing

import numpy as np

from items import assert_equal
from program import arguments, hand_over, phases_of, report


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
    seconds = hand_over(phases, array, lambda: arrays.put(array), answers)
    process.join()
    assert_equal("exit code", process.exitcode, 0)
    report(phases[-1], seconds)


if __name__ == "__main__":
    main()
