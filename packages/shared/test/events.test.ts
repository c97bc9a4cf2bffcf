import { eventSuite } from './suites/events.js'
import { withAddon } from './suites/mode.js'

eventSuite(withAddon)
