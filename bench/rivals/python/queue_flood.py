"""multiprocessing.Queue: n producer and m consumer processes, one item at a time."""

import multiprocessing
import time

from items import assert_equal, item_kind, weight_of
from program import arguments, phases_of, report


def produce(queue, go, kind, shares):
    make, _ = item_kind(kind)
    put = queue.put
    for share in shares:
        go.get()
        for index in range(share):
            put(make(index))


def consume(queue, go, kind, shares, reports):
    _, weigh = item_kind(kind)
    get = queue.get
    if kind == "int":
        weigh = None  # an int weighs itself: spare the rival the call
    for share in shares:
        go.get()
        total = 0
        if weigh is None:
            for _ in range(share):
                total += get()
        else:
            for _ in range(share):
                total += weigh(get())
        reports.put(total)


def main():
    given = arguments(item="int", producers=1, consumers=1, amount=10_000)
    phases = phases_of(given.amount, given.producers * given.consumers)
    queue = multiprocessing.Queue()
    reports = multiprocessing.Queue()
    gos = [multiprocessing.Queue() for _ in range(given.producers + given.consumers)]
    processes = [
        multiprocessing.Process(
            target=produce,
            args=(queue, go, given.item, [phase // given.producers for phase in phases]),
        )
        for go in gos[: given.producers]
    ] + [
        multiprocessing.Process(
            target=consume,
            args=(queue, go, given.item, [phase // given.consumers for phase in phases], reports),
        )
        for go in gos[given.producers :]
    ]
    for process in processes:
        process.start()
    for phase in phases:
        start = time.perf_counter()
        for go in gos:
            go.put(None)
        total = sum(reports.get() for _ in range(given.consumers))
        seconds = time.perf_counter() - start
        expected = weight_of(given.item, phase // given.producers) * given.producers
        assert_equal("weight", total, expected)
    for process in processes:
        process.join()
        assert_equal("exit code", process.exitcode, 0)
    report(phases[-1], seconds)


if __name__ == "__main__":
    main()
