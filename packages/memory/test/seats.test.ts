import { seatsSuite } from './suites/seats.js'

seatsSuite('with the addon')
