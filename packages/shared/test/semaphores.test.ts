import { semaphoreSuite } from './suites/semaphores.js'
import { withAddon } from './suites/mode.js'

semaphoreSuite(withAddon)
