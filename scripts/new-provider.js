// Scaffolds a provider that runs and passes its tests: npm run new-provider NAME; -- NAME --out DIR as a package of its own.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TEMPLATES = 'scripts/new-provider/'
const LIST = 'src/simulators/index.ts'

const read = (path) => readFileSync(ROOT + path, 'utf8')

function write(path, text) {
  mkdirSync(dirname(ROOT + path), { recursive: true })
  writeFileSync(ROOT + path, text)
}

/** Where each template goes. */
function filesOf(slug) {
  const folder = `src/simulators/${slug}`
  return {
    'spec.yaml': `specs/${slug}.yaml`,
    'statements.yaml': `specs/statements/${slug}.yaml`,
    'index.ts': `${folder}/index.ts`,
    'handlers.ts': `${folder}/handlers.ts`,
    'wire.ts': `${folder}/wire.ts`,
    'errors.ts': `${folder}/errors.ts`,
    'settings.ts': `${folder}/settings.ts`,
    'seeds.ts': `${folder}/seeds.ts`,
    'records.ts': `${folder}/records.ts`,
    'spec.d.ts': `${folder}/spec.d.ts`,
    'provider.test.ts': `test/simulators/${slug}/${slug}.test.ts`,
  }
}

/** The forms of a name that the templates use, in the place of those of Acme Mobile. */
function formsOf(slug) {
  const words = slug.split('-')
  const capitalised = words.map((word) => word[0].toUpperCase() + word.slice(1))
  const pascal = capitalised.join('')
  return {
    'acme-mobile': slug,
    acmeMobile: words[0] + capitalised.slice(1).join(''),
    AcmeMobile: pascal,
    'Acme Mobile': capitalised.join(' '),
    ACM: statementPrefix(slug),
  }
}

/** Three letters before the numbers of its statements, which no other provider has. */
function statementPrefix(slug) {
  const taken = new Set(
    readdirSync(`${ROOT}specs/statements`).flatMap(
      (file) => read(`specs/statements/${file}`).match(/\b[A-Z]{3}(?=-\d{3}\b)/g) ?? [],
    ),
  )
  const [first, ...rest] = `${slug.toUpperCase().replaceAll('-', '')}XYZ`
  for (const second of rest)
    for (const third of rest)
      if (second !== third && !taken.has(first + second + third)) return first + second + third
  throw new Error(`every number that begins with ${first} is taken: number the statements yourself`)
}

function whyNoSlug(slug) {
  if (/^[a-z]{2,}(-[a-z]+)*$/.test(slug)) return undefined
  return `"${slug}" will not do: names are kebab-case, as in acme-mobile`
}

/** Why a name will not do; `undefined` where it will. */
function problemOf(slug) {
  const wrong = whyNoSlug(slug)
  if (wrong) return wrong
  const taken = [`src/simulators/${slug}`, ...Object.values(filesOf(slug))]
  const existing = taken.find((path) => existsSync(ROOT + path))
  if (existing) return `${existing} is there already: choose another name`
  const { acmeMobile: identifier } = formsOf(slug)
  if (!isFree(identifier)) return `"${slug}" is a word of the code: choose another name`
  return undefined
}

/** True for an identifier that is no reserved word and no word of the file that will export it. */
function isFree(identifier) {
  const words = read(`${TEMPLATES}index.ts.template`).replaceAll('acmeMobile', '').match(/\w+/g)
  if (words?.includes(identifier)) return false
  try {
    new Script(`'use strict'; const ${identifier} = 0`)
    return true
  } catch {
    return false
  }
}

/** Adds the provider to the list of them: imports in their place, an item at the end, its types. */
function addToList(slug, identifier, pascal) {
  const lines = read(LIST).split('\n')
  const path = `./${slug}/index.ts`
  const pathIn = (line) => /^import .* from '(.*)'$/.exec(line)?.[1]
  const next = lines.findIndex((line) => (pathIn(line) ?? '') > path)
  const last = lines.findLastIndex((line) => pathIn(line) !== undefined)
  const imports = [
    `import { ${identifier} } from '${path}'`,
    `import type { seeds as ${identifier}Seeds } from './${slug}/seeds.ts'`,
    `import type { settings as ${identifier}Settings } from './${slug}/settings.ts'`,
    `import type * as ${pascal} from './${slug}/spec.d.ts'`,
  ]
  lines.splice(next < 0 ? last + 1 : next, 0, ...imports)
  const known = [
    `  readonly '${slug}': Known<`,
    `    typeof ${identifier}Seeds,`,
    '    Record<never, never>,',
    `    typeof ${identifier}Settings,`,
    `    Specified<${pascal}.operations, ${pascal}.components>`,
    '  >',
  ]
  const listed = lines
    .join('\n')
    .replace(/(const simulators\b[^=]*= \[[^\]]*?),?(\s*\])/, `$1, ${identifier}$2`)
    .replace(/(interface BuiltIn \{\n[\s\S]*?\n)\}/, `$1${known.join('\n')}\n}`)
  write(LIST, listed)
}

function scaffold(slug) {
  const forms = formsOf(slug)
  const placeholders = new RegExp(Object.keys(forms).join('|'), 'g')
  const files = filesOf(slug)
  for (const [template, path] of Object.entries(files)) {
    const text = read(`${TEMPLATES}${template}.template`)
    write(
      path,
      text.replaceAll(placeholders, (placeholder) => forms[placeholder]),
    )
  }
  addToList(slug, forms.acmeMobile, forms.AcmeMobile)
  return [...Object.values(files), LIST]
}

/** Formats what was written, and generates its types anew, where the programs are installed. */
function finish(files) {
  const run = (program, args) => execFileSync(program, args, { cwd: ROOT, stdio: 'ignore' })
  const biome = `${ROOT}node_modules/@biomejs/biome/bin/biome`
  const code = files.filter((path) => path.endsWith('.ts') && !path.endsWith('spec.d.ts'))
  if (existsSync(biome)) run(process.execPath, [biome, 'check', '--write', ...code])
  if (existsSync(`${ROOT}tools/node_modules`)) run('npm', ['--prefix', 'tools', 'run', 'types'])
}

function adviceFor(slug) {
  return `
Try it: npm start, and then
  curl -H 'Authorization: Bearer test-${slug}-key' \\
    http://127.0.0.1:4010/${slug}/plans/europe-1gb

Then, one after the other:
  1. Write the provider's API over specs/${slug}.yaml, in your own words, and generate its types:
     npm ci --prefix tools && npm --prefix tools run types
  2. Number what its document says in specs/statements/${slug}.yaml.
  3. Write handlers.ts and wire.ts until they compile; then records, errors, settings, seeds.
  4. Prove each statement by a test below test/simulators/${slug}/ that carries its number: npm test
  5. Name the provider in README.md and specs/README.md, give it a page in docs/getting-started/, run npm run docs, and its collections in docs/limits.md.`
}

const EXAMPLE = 'examples/acme-mobile/'

/** What a package of its own has of the example. */
const PACKAGE = ['index.js', 'openapi.yaml', 'suite.arazzo.yaml']

/** Writes a provider as a package of its own: the example under another name. */
function scaffoldPackage(slug, out) {
  const folder = resolve(out)
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(`${out} is not empty: name another folder`)
  const forms = { 'acme-mobile': slug, 'Acme Mobile': formsOf(slug)['Acme Mobile'] }
  const renamed = (text) =>
    text.replaceAll(/acme-mobile|Acme Mobile/g, (each) => forms[each]).replaceAll('x-acme', 'x-own')
  const { version } = JSON.parse(read('package.json'))
  const manifest = {
    name: `esimulator-${slug}`,
    version: '0.1.0',
    type: 'module',
    exports: './index.js',
    files: PACKAGE,
    scripts: { test: 'node --test' },
    peerDependencies: { esimulator: `^${version}` },
    // The clone that wrote it: esimulator is not on npm, where the name may be a stranger's.
    devDependencies: { esimulator: `file:${relative(folder, ROOT)}` },
  }
  const files = {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'provider.test.js': read(`${TEMPLATES}package.test.js.template`),
  }
  for (const file of PACKAGE) files[file] = renamed(read(EXAMPLE + file))
  files['suite.arazzo.yaml'] = files['suite.arazzo.yaml'].replace(
    '../../node_modules',
    './node_modules',
  )
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  return Object.keys(files).map((file) => join(out, file))
}

function packageAdvice(out) {
  return `
Try it, in ${out}:
  npm install
  npm test
  npx esimulator start --plugin .

Then write the provider's API over openapi.yaml, and its handlers over those of index.js:
npm test says what is missing.`
}

function main(slug = '', option, out) {
  if (option !== undefined) return mainOfPackage(slug, option, out)

  const problem = problemOf(slug)
  if (problem) {
    console.error(`new-provider: ${problem}`)
    process.exitCode = 2
    return
  }
  const files = scaffold(slug)
  finish(files)
  console.log(['Written:', ...files.map((path) => `  ${path}`), adviceFor(slug)].join('\n'))
}

function mainOfPackage(slug, option, out) {
  try {
    if (option !== '--out' || !out) throw new Error('give the folder, as in --out ./acme-mobile')
    const wrong = whyNoSlug(slug)
    if (wrong) throw new Error(wrong)
    const files = scaffoldPackage(slug, out)
    console.log(['Written:', ...files.map((file) => `  ${file}`), packageAdvice(out)].join('\n'))
  } catch (error) {
    console.error(`new-provider: ${error.message}`)
    process.exitCode = 2
  }
}

main(...process.argv.slice(2))
