import { semaphoreSuite } from './suites/semaphores.js'
import { withoutAddon } from './suites/mode.js'

semaphoreSuite(withoutAddon())
