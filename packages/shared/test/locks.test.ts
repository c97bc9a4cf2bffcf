import { lockSuite } from './suites/locks.js'
import { withAddon } from './suites/mode.js'

lockSuite(withAddon)
