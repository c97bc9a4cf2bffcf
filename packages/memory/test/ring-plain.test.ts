import { ringSuite } from './suites/ring.js'

process.env['TROUPE_ADDON'] = 'off'
ringSuite('without the addon')
