// Bundles the dashboard into dist/dashboard: a page, a script and a style sheet, each as text, gzip and brotli.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { DIST, ROOT } from './places.js'

const SOURCE = fileURLToPath(new URL('src/dashboard/', ROOT))
const ASSETS = fileURLToPath(new URL('dashboard/assets/', DIST))

/** @param seen takes every module that goes in */
export async function bundleDashboard(seen) {
  mkdirSync(ASSETS, { recursive: true })
  const page = readFileSync(join(SOURCE, 'index.html'), 'utf8')
    .replace('main.tsx', written('app', 'js', await script(seen)))
    .replace('styles.css', written('app', 'css', styles()))
    .replace('icon.svg', written('icon', 'svg', readFileSync(join(SOURCE, 'icon.svg'), 'utf8')))
  writeFileSync(new URL('dashboard/index.html', DIST), page)
}

async function script(seen) {
  const made = await rolldown({
    input: join(SOURCE, 'main.tsx'),
    platform: 'browser',
    cwd: fileURLToPath(ROOT),
    logLevel: 'warn',
    tsconfig: join(SOURCE, 'tsconfig.json'),
  })
  const { output } = await made.generate({ format: 'esm', minify: true, codeSplitting: false })
  await made.close()
  for (const { moduleIds = [] } of output) for (const id of moduleIds) seen.add(id)
  return output[0].code
}

/** Every style sheet of the dashboard: those of `styles/` first, then those that stand beside a page. */
function styles() {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.css'))
    .sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1))
  return files.map((file) => readFileSync(join(SOURCE, file), 'utf8')).join('\n')
}

const rank = (file) => (file.startsWith('styles') ? 0 : 1)

/** Writes a file under a name that has the sum of its text: a browser keeps it for ever. */
function written(name, ending, text) {
  const sum = createHash('sha256').update(text).digest('hex').slice(0, 10)
  const file = `${name}-${sum}.${ending}`
  const bytes = Buffer.from(text)
  writeFileSync(join(ASSETS, file), bytes)
  writeFileSync(join(ASSETS, `${file}.gz`), gzipSync(bytes, { level: 9 }))
  writeFileSync(join(ASSETS, `${file}.br`), brotliCompressSync(bytes))
  return file
}
