import { bellsSuite } from './suites/bells.js'

process.env['TROUPE_ADDON'] = 'off'
bellsSuite('without the addon')
