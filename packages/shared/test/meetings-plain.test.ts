import { meetingSuite } from './suites/meetings.js'
import { withoutAddon } from './suites/mode.js'

meetingSuite(withoutAddon())
