#!/usr/bin/env node
// The command: hands over to what is built.
import { existsSync } from 'node:fs'

const built = new URL('../dist/cli/main.js', import.meta.url)
if (existsSync(built)) await import(built.href)
else {
  console.error('esimulator: nothing is built yet: run npm run build in its folder first')
  process.exit(2)
}
