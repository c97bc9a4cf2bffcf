import { objectsSuite } from './suites/objects.js'

objectsSuite('with the addon')
