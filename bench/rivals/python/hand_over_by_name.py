"""SharedMemory by its name in a multiprocessing.Queue to another process, which answers: bench/hand-over.mjs in Python."""

import multiprocessing
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from items import assert_equal
from program import arguments, hand_over, phases_of, report


def array_of(memory):
    return np.ndarray((memory.size // 8,), dtype=np.float64, buffer=memory.buf)


def receive(names, answers, amount):
    """Attaches to each name once, as an actor does."""
    attached = {}
    for _ in range(amount):
        name = names.get()
        if name not in attached:
            attached[name] = SharedMemory(name=name)
        array = array_of(attached[name])
        answers.put(array[0] + array[-1])
        del array
    for memory in attached.values():
        memory.close()


def main():
    given = arguments(amount=100, size=100 * 2**20)
    phases = phases_of(given.amount)
    memory = SharedMemory(create=True, size=given.size)
    array = array_of(memory)
    names = multiprocessing.Queue()
    answers = multiprocessing.Queue()
    process = multiprocessing.Process(target=receive, args=(names, answers, sum(phases)))
    process.start()
    seconds = hand_over(phases, array, lambda: names.put(memory.name), answers)
    process.join()
    assert_equal("exit code", process.exitcode, 0)
    del array
    memory.close()
    memory.unlink()
    report(phases[-1], seconds)


if __name__ == "__main__":
    main()
