import { eventSuite } from './suites/events.js'
import { withoutAddon } from './suites/mode.js'

eventSuite(withoutAddon())
