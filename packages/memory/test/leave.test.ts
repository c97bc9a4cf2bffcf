import { leaveSuite } from './suites/leave.js'

leaveSuite('with the addon')
