import { channelSuite } from './suites/channels.js'
import { withoutAddon } from './suites/mode.js'

channelSuite(withoutAddon())
