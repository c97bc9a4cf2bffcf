import { bellsSuite } from './suites/bells.js'

bellsSuite('with the addon')
