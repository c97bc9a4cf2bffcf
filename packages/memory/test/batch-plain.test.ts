import { batchSuite } from './suites/batch.js'

process.env['TROUPE_ADDON'] = 'off'
batchSuite('without the addon')
