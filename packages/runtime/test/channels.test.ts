import { channelSuite } from './suites/channels.js'
import { withAddon } from './suites/mode.js'

channelSuite(withAddon)
