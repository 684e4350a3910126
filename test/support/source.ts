// The project's own source as tests of its structure see it: files, their code without comments, what they import.
import { readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface SourceFile {
  /** From the project's folder, as in `src/state/world.ts`. */
  readonly path: string
  readonly text: string
  /** Without comments; strings stay. */
  readonly code: string
  /** What it imports, as written. */
  readonly imports: readonly string[]
}

/** Every TypeScript file below a folder of the project, generated ones excepted. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(ROOT + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && entry.name !== 'spec.d.ts')
    .map((entry) => relative(ROOT, `${entry.parentPath}/${entry.name}`))
    .sort()
    .map(sourceFile)
}

function sourceFile(path: string): SourceFile {
  const text = readFileSync(ROOT + path, 'utf8')
  const code = withoutComments(text)
  const imports = [
    ...code.matchAll(/(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*['"]([^'"]+)['"]/g),
  ].map((match) => match[1] ?? '')
  return { path, text, code, imports }
}

/** Each alternative is one token that may hold what looks like another. */
const TOKENS = [
  String.raw`\/\*[\s\S]*?\*\/|\/\/[^\n]*`, // comments
  String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"`, // strings
  String.raw`(?<=[(,=:[!&|?{};+>\n]\s*|return\s)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/`, // regular expressions
].join('|')

/** Code with its comments taken out. A comment within a template string would go too; there is none. */
export function withoutComments(text: string): string {
  return text.replaceAll(new RegExp(TOKENS, 'g'), (token) =>
    token.startsWith('//') || token.startsWith('/*') ? '' : token,
  )
}
