import { corruptSuite } from './suites/corrupt.js'

corruptSuite('with the addon')
