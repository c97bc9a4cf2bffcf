import { corruptSuite } from './suites/corrupt.js'

process.env['TROUPE_ADDON'] = 'off'
corruptSuite('without the addon')
