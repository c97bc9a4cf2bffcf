import { valueSuite } from './suites/values.js'
import { withAddon } from './suites/mode.js'

valueSuite(withAddon)
