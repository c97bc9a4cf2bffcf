import { seatsSuite } from './suites/seats.js'

process.env['TROUPE_ADDON'] = 'off'
seatsSuite('without the addon')
