"""multiprocessing.Value, Condition, Barrier, Semaphore: some processes do an amount of one operation each."""

import multiprocessing
import time

from items import assert_equal
from program import arguments, phases_of, report


def locked(everything, times, me):
    counter = everything["counter"]
    lock = counter.get_lock()
    for _ in range(times):
        with lock:
            counter.value += 1


def turns(everything, times, me):
    counter = everything["counter"]
    condition = everything["condition"]
    workers = everything["workers"]
    for _ in range(times):
        with condition:
            condition.wait_for(lambda: counter.value % workers == me)
            counter.value += 1
            condition.notify()


def barrier(everything, times, me):
    meeting = everything["meeting"]
    for _ in range(times):
        meeting.wait()
    with everything["counter"].get_lock():
        everything["counter"].value += times


def semaphore(everything, times, me):
    permits = everything["semaphore"]
    for _ in range(times):
        with permits:
            pass
    with everything["counter"].get_lock():
        everything["counter"].value += times


WORK = {"locked": locked, "turns": turns, "barrier": barrier, "semaphore": semaphore}


def worker(form, everything, shares, me, reports):
    work = WORK[form]
    seconds = 0
    for share in shares:
        everything["start"].wait()
        start = time.perf_counter()
        work(everything, share, me)
        everything["start"].wait()
        seconds = time.perf_counter() - start
    if me == 0:
        reports.put(seconds)


def main():
    given = arguments(form="locked", workers=1, amount=10_000)
    phases = phases_of(given.amount, given.workers)
    everything = {
        "counter": multiprocessing.Value("i", 0),
        "condition": multiprocessing.Condition(),
        "meeting": multiprocessing.Barrier(given.workers),
        "semaphore": multiprocessing.Semaphore(2),
        "start": multiprocessing.Barrier(given.workers),
        "workers": given.workers,
    }
    shares = [phase // given.workers for phase in phases]
    reports = multiprocessing.Queue()
    processes = [
        multiprocessing.Process(target=worker, args=(given.form, everything, shares, me, reports))
        for me in range(given.workers)
    ]
    for process in processes:
        process.start()
    seconds = reports.get()
    for process in processes:
        process.join()
    assert_equal("counter", everything["counter"].value, sum(phases))
    operations = phases[-1] // given.workers if given.form == "barrier" else phases[-1]
    report(operations, seconds)


if __name__ == "__main__":
    main()
