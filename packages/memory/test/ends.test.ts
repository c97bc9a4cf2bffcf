import { endsSuite } from './suites/ends.js'

endsSuite('with the addon')
