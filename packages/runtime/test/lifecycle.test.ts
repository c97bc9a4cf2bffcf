import { lifecycleSuite } from './suites/lifecycle.js'
import { withAddon } from './suites/mode.js'

lifecycleSuite(withAddon)
