// Run before each test file: closes at its end what the file left to that.
import { afterAll } from 'vitest'
import { endFile } from './file-end.ts'

afterAll(endFile)
