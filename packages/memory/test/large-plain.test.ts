import { largeSuite } from './suites/large.js'

process.env['TROUPE_ADDON'] = 'off'
largeSuite('without the addon')
