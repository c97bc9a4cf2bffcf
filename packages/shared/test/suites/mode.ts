import type { PlaceKind } from '@troupe/runtime'

/** How a suite runs: which places there are. Without the addon there are no processes. */
export interface Mode {
  readonly name: string
  readonly places: readonly PlaceKind[]
  /** Places that are threads or processes of their own. */
  readonly apart: readonly ('thread' | 'process')[]
  readonly processes: boolean
}

export const withAddon: Mode = {
  name: 'with the addon',
  places: ['thread', 'process', 'here'],
  apart: ['thread', 'process'],
  processes: true,
}

/** Turns the addon off in this thread, its places and its children: to be called before anything else. */
export function withoutAddon(): Mode {
  process.env['TROUPE_ADDON'] = 'off'
  return {
    name: 'without the addon',
    places: ['thread', 'here'],
    apart: ['thread'],
    processes: false,
  }
}
