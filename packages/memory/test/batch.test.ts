import { batchSuite } from './suites/batch.js'

batchSuite('with the addon')
