"""The tutorial's program: each round four processes are started, square a part in place with NumPy, and are joined."""

import time
from multiprocessing import Process
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from items import assert_equal
from program import arguments, phases_of, report

WORKERS = 4


def compute_in_place(shm_name, shape, dtype, start, end):
    shm = SharedMemory(name=shm_name)
    arr = np.ndarray(shape, dtype=dtype, buffer=shm.buf)
    arr[start:end] = arr[start:end] ** 2
    shm.close()


def run_round(shm_name, arr):
    size = len(arr)
    chunk = size // WORKERS
    processes = []
    for index in range(WORKERS):
        start = index * chunk
        end = start + chunk if index < WORKERS - 1 else size
        process = Process(
            target=compute_in_place, args=(shm_name, arr.shape, arr.dtype, start, end)
        )
        processes.append(process)
        process.start()
    for process in processes:
        process.join()
    return processes


def main():
    given = arguments(amount=20, size=1_000_000)
    phases = phases_of(given.amount)
    arr = np.arange(given.size, dtype=np.float64)
    squares = arr * arr
    shm = SharedMemory(create=True, size=arr.nbytes)
    shared_arr = np.ndarray(arr.shape, dtype=arr.dtype, buffer=shm.buf)
    for phase in phases:
        seconds = 0
        for _ in range(phase):
            shared_arr[:] = arr
            start = time.perf_counter()
            processes = run_round(shm.name, arr)
            seconds += time.perf_counter() - start
            for process in processes:
                assert_equal("exit code", process.exitcode, 0)
            assert_equal("all squared", np.array_equal(shared_arr, squares), True)
    shm.close()
    shm.unlink()
    report(phases[-1], seconds)


if __name__ == "__main__":
    main()
