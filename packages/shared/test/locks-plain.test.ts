import { lockSuite } from './suites/locks.js'
import { withoutAddon } from './suites/mode.js'

lockSuite(withoutAddon())
