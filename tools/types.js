// Writes the TypeScript types of every provider's spec into its folder as spec.d.ts.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const generator = `${root}tools/node_modules/.bin/openapi-typescript`

for (const file of readdirSync(`${root}specs`).filter((name) => name.endsWith('.yaml'))) {
  const folder = `${root}src/simulators/${file.replace('.yaml', '')}`
  if (!existsSync(folder)) continue
  const types = `${folder}/spec.d.ts`
  execFileSync(generator, [`${root}specs/${file}`, '--default-non-nullable=false', '--output', types], { stdio: 'inherit' })
  writeFileSync(types, `// Generated from specs/${file} by npm --prefix tools run types. Do not edit.\n${readFileSync(types, 'utf8')}`)
}
