import { withoutAddon } from './suites/mode.js'
import { waitSuite } from './suites/waits.js'

waitSuite(withoutAddon())
