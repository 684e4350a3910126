// Writes the table of the kinds of faults into specs/README.md, as the registry has them.
import { readFileSync, writeFileSync } from 'node:fs'
import { faultKinds } from '../build/server/faults/kinds.js'
import { withTable } from '../build/server/faults/kinds-table.js'

const file = new URL('../specs/README.md', import.meta.url)
writeFileSync(file, withTable(readFileSync(file, 'utf8'), faultKinds))
