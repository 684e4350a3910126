// Writes the licences of the packages that went into the bundle beside it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DIST } from './places.js'

const NAMES = /^(licen[cs]e|copying|notice)/i

/** The folder of the package a module is of; `undefined` for our own. */
function packageOf(module) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(module)?.[0]
}

function textsOf(folder) {
  return readdirSync(folder)
    .filter((name) => NAMES.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim())
}

/** @param modules files that went into the bundle */
export function licencesOf(modules) {
  const folders = [...new Set([...modules].flatMap((each) => packageOf(each) ?? []))]
  const parts = folders
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      )
      return [`${name} ${version} (${license})`, ...textsOf(folder)].join('\n\n')
    })
    .sort()
  const line = `\n\n${'-'.repeat(80)}\n\n`
  const head = 'Parts of these packages are in this one, under their own licences.'
  writeFileSync(new URL('THIRD-PARTY-LICENSES.txt', DIST), `${[head, ...parts].join(line)}\n`)
}
