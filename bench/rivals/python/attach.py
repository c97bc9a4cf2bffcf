"""SharedMemory(name): attach to a segment of 1 MiB that is there, read one item, close."""

import time
from multiprocessing.shared_memory import SharedMemory

from items import assert_equal
from program import arguments, phases_of, report

MARK = 7


def main():
    given = arguments(amount=100, size=2**20)
    phases = phases_of(given.amount)
    memory = SharedMemory(create=True, size=given.size)
    memory.buf[given.size - 1] = MARK
    for phase in phases:
        total = 0
        start = time.perf_counter()
        for _ in range(phase):
            attached = SharedMemory(name=memory.name)
            total += attached.buf[given.size - 1]
            attached.close()
        seconds = time.perf_counter() - start
        assert_equal("sum", total, MARK * phase)
    memory.close()
    memory.unlink()
    report(phases[-1], seconds)


if __name__ == "__main__":
    main()
