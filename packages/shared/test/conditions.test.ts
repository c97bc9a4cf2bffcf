import { conditionSuite } from './suites/conditions.js'
import { withAddon } from './suites/mode.js'

conditionSuite(withAddon)
