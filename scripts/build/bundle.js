// Bundles the command and the modules that users import, with all packages they need, into dist/.
import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { bundleDashboard } from './dashboard.js'
import { licencesOf } from './licences.js'
import { BUILD, COMMAND, DIST, manifest, publicEntries, ROOT } from './places.js'

/** Packages that `loadNow` of src/state/shipped-files.ts loads, each into a file of its own. */
const LATE = ['ajv', 'yaml', '@faker-js/faker/locale/en']

/** What users bring themselves, where they want what needs it. */
const peers = Object.keys(manifest.peerDependencies ?? {})
const isPeer = (id) => peers.some((name) => id === name || id.startsWith(`${name}/`))

/** What Express brings and the control API never calls: readers of bodies, files, and half a megabyte of tables for both. */
const UNUSED = new Set(['body-parser', 'mime-types', 'send', 'serve-static'])
const OF_EXPRESS = /\/node_modules\/(express|accepts|type-is)\//
const EMPTY = '\0unused'

const withoutUnused = {
  name: 'without-unused',
  resolveId: (id, importer = '') =>
    UNUSED.has(id) && OF_EXPRESS.test(importer) ? EMPTY : undefined,
  load: (id) => (id === EMPTY ? 'module.exports = {}' : undefined),
}

const shared = { platform: 'node', external: isPeer, cwd: fileURLToPath(ROOT), logLevel: 'warn' }
// ASCII alone: one character beyond Latin-1 doubles what a file takes in memory, and slows reading it.
const output = {
  dir: fileURLToPath(DIST),
  comments: false,
  minify: 'dce-only',
  charset: 'ascii',
}

export async function bundle() {
  const names = [COMMAND, ...publicEntries]
  const input = names.map((name) => [name, fileURLToPath(new URL(`${name}.js`, BUILD))])
  const seen = new Set()
  await written({ ...shared, input: Object.fromEntries(input), plugins: [withoutUnused] }, seen, {
    ...output,
    format: 'esm',
    // No hashes: who runs while a build takes its place still finds what it loads late.
    chunkFileNames: 'chunks/[name].js',
    // What a start needs comes in one file: each costs half a millisecond.
    codeSplitting: {
      groups: [{ name: 'core', test: /\/cli\/start\.js$/ }],
      includeDependenciesRecursively: true,
    },
  })
  const { lateName } = await import(new URL('state/shipped-files.js', BUILD))
  for (const name of LATE) {
    const file = createRequire(import.meta.url).resolve(name)
    const fileName = `late/${lateName(name)}.cjs`
    await written({ ...shared, input: file }, seen, {
      ...output,
      format: 'cjs',
      entryFileNames: fileName,
      codeSplitting: false,
    })
  }
  for (const folder of ['specs/', 'checks/'])
    cpSync(new URL(folder, BUILD), new URL(folder, DIST), { recursive: true })
  await bundleDashboard(seen)
  licencesOf(seen)
}

/** Writes one bundle, and notes every module that went into it. */
async function written(options, seen, into) {
  const made = await rolldown(options)
  const { output: files } = await made.write(into)
  await made.close()
  for (const { moduleIds = [] } of files) for (const id of moduleIds) seen.add(id)
}
