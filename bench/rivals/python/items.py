"""The items that travel: bench/items.mjs in Python."""

NAMES = [f"sensor-{index}" for index in range(64)]


def bytes_kind(size, different):
    payloads = [
        bytes([index]) * (size - 1) + bytes([2 * index]) for index in range(different)
    ]
    return (
        lambda index: payloads[index % different],
        lambda item: len(item) + item[0] + item[-1],
    )


def item_kind(name):
    """make(index) -> item, weigh(item) -> number"""
    if name == "int":
        return (lambda index: index), (lambda item: item)
    if name == "object":
        return (
            lambda index: {
                "id": index,
                "name": NAMES[index % 64],
                "value": index + 0.5,
                "tags": ["indoor", "north"],
            },
            lambda item: item["id"] + len(item["name"]) + item["value"] + len(item["tags"]),
        )
    if name == "kib":
        return bytes_kind(1024, 64)
    if name == "mib":
        return bytes_kind(1024 * 1024, 8)
    raise ValueError(f"no item kind {name!r}")


def weight_of(name, amount):
    make, weigh = item_kind(name)
    return sum(weigh(make(index)) for index in range(amount))


def assert_equal(what, actual, expected):
    if actual != expected:
        raise AssertionError(f"{what}: {actual} instead of {expected}")
