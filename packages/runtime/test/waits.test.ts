import { withAddon } from './suites/mode.js'
import { waitSuite } from './suites/waits.js'

waitSuite(withAddon)
