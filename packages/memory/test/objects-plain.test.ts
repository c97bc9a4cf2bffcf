import { objectsSuite } from './suites/objects.js'

process.env['TROUPE_ADDON'] = 'off'
objectsSuite('without the addon')
