import { lifecycleSuite } from './suites/lifecycle.js'
import { withoutAddon } from './suites/mode.js'

lifecycleSuite(withoutAddon())
