import { afterAll, afterEach, beforeEach } from 'vitest'
import { beginTest, endFile, endTest } from './cleanup.ts'

// Run for each file of tests, whose modules are loaded once for all files of a process.
beforeEach(beginTest)
afterEach(endTest)
afterAll(endFile)
