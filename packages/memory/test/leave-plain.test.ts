import { leaveSuite } from './suites/leave.js'

process.env['TROUPE_ADDON'] = 'off'
leaveSuite('without the addon')
