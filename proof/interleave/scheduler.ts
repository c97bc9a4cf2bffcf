// Steps that the scheduler does itself: it stands in for this file.

/** Sleeps on a bell while it is `value`; 0 when woken, 1 when `ms` milliseconds passed. */
export declare function block(words: Int32Array, index: number, value: number, ms: number): number
/** Wakes who sleeps on the seat's bell. */
export declare function wake(seat: number): void
/** Something is done that takes a while. */
export declare function pass(): void
