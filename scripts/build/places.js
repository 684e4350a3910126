// Where a build reads and writes, and what of the package leads into it.
import { readFileSync } from 'node:fs'

export const ROOT = new URL('../../', import.meta.url)
/** Where a build is made; what it takes the place of is used meanwhile. */
export const BUILD = new URL('build.next/', ROOT)
export const DIST = new URL('dist.next/', ROOT)

export const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))

/** Modules that users import, named as below `src`, without their endings: those of the exports map. */
export const publicEntries = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'object' ? [/^\.\/dist\/(.*)\.js$/.exec(target.default)[1]] : [],
)

/** What the command starts with. */
export const COMMAND = 'cli/main'
