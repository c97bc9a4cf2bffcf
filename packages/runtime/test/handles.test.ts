import { handleSuite } from './suites/handles.js'
import { withAddon } from './suites/mode.js'

handleSuite(withAddon)
