import { ringSuite } from './suites/ring.js'

ringSuite('with the addon')
