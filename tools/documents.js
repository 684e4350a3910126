// Writes the documents that the overlays in specs/ make into documents/, for tools that take whole documents only.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import ts from 'typescript'
import { parse } from 'yaml'

const specs = new URL('../specs/', import.meta.url)
const made = new URL('documents/', import.meta.url)

// The server's own code, as it is before anything is built.
const source = readFileSync(new URL('../src/server/overlay.ts', import.meta.url), 'utf8')
const { outputText } = ts.transpileModule(source, {
  compilerOptions: { module: 'esnext', target: 'es2022' },
})
const { applyOverlay, isOverlay } = await import(
  `data:text/javascript,${encodeURIComponent(outputText)}`
)

const read = (file) => parse(readFileSync(new URL(file, specs), 'utf8'))

rmSync(made, { recursive: true, force: true })
mkdirSync(made)
for (const file of readdirSync(specs).filter((name) => name.endsWith('.yaml'))) {
  const overlay = read(file)
  if (!isOverlay(overlay)) continue
  writeFileSync(
    new URL(file.replace('.yaml', '.json'), made),
    `${JSON.stringify(applyOverlay(read(overlay.extends), overlay), null, 2)}\n`,
  )
}
