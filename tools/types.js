// Writes the TypeScript types of every provider's spec into its folder as spec.d.ts; where an overlay makes a newer version of it, of that one.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const generator = `${root}tools/node_modules/.bin/openapi-typescript`
const files = readdirSync(`${root}specs`).filter((name) => name.endsWith('.yaml'))
const newer = new Map(
  files.flatMap((file) => {
    const { extends: base } = parse(readFileSync(`${root}specs/${file}`, 'utf8'))
    return base === undefined ? [] : [[base, file]]
  }),
)

for (const file of files) {
  const folder = `${root}src/simulators/${file.replace('.yaml', '')}`
  if (!existsSync(folder)) continue
  const types = `${folder}/spec.d.ts`
  const overlay = newer.get(file)
  const document = overlay
    ? `${root}tools/documents/${overlay.replace('.yaml', '.json')}`
    : `${root}specs/${file}`
  const named = overlay ? `specs/${file} and specs/${overlay}` : `specs/${file}`
  execFileSync(generator, [document, '--default-non-nullable=false', '--output', types], {
    stdio: 'inherit',
  })
  writeFileSync(
    types,
    `// Generated from ${named} by npm --prefix tools run types. Do not edit.\n${readFileSync(types, 'utf8')}`,
  )
}
