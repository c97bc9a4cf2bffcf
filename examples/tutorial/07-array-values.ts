// 07: an array from values, and one from a size, of zeros.
//
// Expected output:
// 1, 2, 3, 4, 5
// 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
import { main } from '@troupe/runtime'
import { SharedArray } from '@troupe/shared'

main(import.meta, () => {
  const values = new SharedArray('i', [1, 2, 3, 4, 5]) // any iterable
  console.log(values.join(', '))

  const zeros = new SharedArray('d', 10)
  console.log(zeros.join(', '))
})
