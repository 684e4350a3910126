// Copies the declarations that users' compilers read: those that a public module leads to.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { BUILD, DIST, publicEntries } from './places.js'

const IMPORT = /(?:from|import\() ?['"](\.[^'"]+)['"]/g

/** Every declaration that one leads to, and itself. */
function declarationsFrom(file, found) {
  if (found.has(file.href)) return
  if (!existsSync(file)) throw new Error(`${file.pathname} is missing`)
  found.add(file.href)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(IMPORT))
    declarationsFrom(new URL(path.replace(/(\.d)?\.[jt]s$/, '.d.ts'), file), found)
}

export function copyDeclarations() {
  const found = new Set()
  for (const name of publicEntries) declarationsFrom(new URL(`${name}.d.ts`, BUILD), found)
  for (const href of found) {
    const target = new URL(href.slice(BUILD.href.length), DIST)
    mkdirSync(new URL('./', target), { recursive: true })
    copyFileSync(new URL(href), target)
  }
}
