import { optInSuite } from './suites/opt-in.js'
import { withoutAddon } from './suites/mode.js'

optInSuite(withoutAddon())
