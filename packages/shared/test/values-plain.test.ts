import { valueSuite } from './suites/values.js'
import { withoutAddon } from './suites/mode.js'

valueSuite(withoutAddon())
