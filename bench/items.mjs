// The items that travel, made and weighed alike by our programs and by the JavaScript rivals
// (rivals/python/items.py says the same in Python). The receiver sums up the weights, and the sum
// is compared with what was to come: a lost, doubled or changed item fails the benchmark.

const NAMES = Array.from({ length: 64 }, (_, index) => `sensor-${index}`)

function bytesKind(size, different) {
  const payloads = Array.from({ length: different }, (_, index) => {
    const payload = new Uint8Array(size).fill(index)
    payload[size - 1] = 2 * index
    return payload
  })
  return {
    make: (index) => payloads[index % different],
    weigh: (item) => item.length + item[0] + item[size - 1],
  }
}

// Built on demand, so that an int benchmark does not first make megabytes of payload.
const kinds = {
  int: () => ({ make: (index) => index, weigh: (item) => item }),
  object: () => ({
    make: (index) => ({
      id: index,
      name: NAMES[index % 64],
      value: index + 0.5,
      tags: ['indoor', 'north'],
    }),
    weigh: (item) => item.id + item.name.length + item.value + item.tags.length,
  }),
  kib: () => bytesKind(1024, 64),
  mib: () => bytesKind(1024 * 1024, 8),
}

export function itemKind(name) {
  const build = kinds[name]
  if (build === undefined) throw new Error(`no item kind "${name}"; use ${Object.keys(kinds)}`)
  return build()
}

/** The sum of the weights of items 0 … amount-1. */
export function weightOf(name, amount) {
  const { make, weigh } = itemKind(name)
  let sum = 0
  for (let index = 0; index < amount; index++) sum += weigh(make(index))
  return sum
}

export function assertEqual(what, actual, expected) {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`)
}
