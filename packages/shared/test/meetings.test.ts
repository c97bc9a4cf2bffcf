import { meetingSuite } from './suites/meetings.js'
import { withAddon } from './suites/mode.js'

meetingSuite(withAddon)
