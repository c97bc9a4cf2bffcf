import { cutOffSuite } from './suites/cut-off.js'

cutOffSuite('with the addon')
