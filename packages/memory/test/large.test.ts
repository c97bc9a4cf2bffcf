import { largeSuite } from './suites/large.js'

largeSuite('with the addon')
