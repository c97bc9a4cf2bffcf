import { handleSuite } from './suites/handles.js'
import { withoutAddon } from './suites/mode.js'

handleSuite(withoutAddon())
