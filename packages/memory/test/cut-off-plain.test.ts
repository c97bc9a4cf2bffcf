import { cutOffSuite } from './suites/cut-off.js'

process.env['TROUPE_ADDON'] = 'off'
cutOffSuite('without the addon')
