import { endsSuite } from './suites/ends.js'

process.env['TROUPE_ADDON'] = 'off'
endsSuite('without the addon')
