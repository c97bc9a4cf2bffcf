import { conditionSuite } from './suites/conditions.js'
import { withoutAddon } from './suites/mode.js'

conditionSuite(withoutAddon())
