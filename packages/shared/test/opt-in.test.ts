import { optInSuite } from './suites/opt-in.js'
import { withAddon } from './suites/mode.js'

optInSuite(withAddon)
