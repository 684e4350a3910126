// Writes the validators of our specs as code, so that no start needs a compiler: those of openapi-backend, through Ajv's standalone code.
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { _ } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { minifySync } from 'rolldown/utils'
import { BUILD, ROOT } from './places.js'

const from = new URL('specs/', BUILD)
const to = new URL('checks/', BUILD)

/** The Ajv that a validator was compiled by. */
const compilers = new WeakMap()

/** What Ajv needs to hand out code; formats are looked up where the code runs. */
const CODE = { source: true, formats: _`formats` }

/** What a schema says to its readers alone. */
const SAID = /^(title|description|summary|example|examples|deprecated|externalDocs|x-.*)$/

/** Keywords under which names are chosen freely. */
const NAMED = new Set(['properties', 'patternProperties', 'schemas', '$defs', 'definitions'])

/** Keywords whose values are no schemas. */
const VALUES = new Set(['enum', 'const', 'default', 'required'])

/** A schema without what only its readers need: all of it stands in the code. */
function bare(schema, isNamed = false) {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map((each) => bare(each))
  const kept = Object.entries(schema).filter(([key]) => isNamed || !SAID.test(key))
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (!isNamed && VALUES.has(key)) return [key, value]
      return [key, bare(value, !isNamed && NAMED.has(key))]
    }),
  )
}

/** Notes who compiles what. */
function noting(ajv) {
  const compile = ajv.compile.bind(ajv)
  ajv.compile = (schema) => {
    const validator = compile(bare(schema))
    compilers.set(validator, ajv)
    return validator
  }
  return ajv
}

/** What a validator may need at run time, and what it is called there. */
const NEEDED = {
  'require("ajv/dist/runtime/equal").default': 'equal',
  'require("ajv/dist/runtime/ucs2length").default': 'ucs2length',
}

/** A validator as an expression. */
function codeOf(validator) {
  let code = standalone.default(compilers.get(validator), validator)
  for (const [asked, name] of Object.entries(NEEDED)) code = code.replaceAll(asked, name)
  if (code.includes('require(')) throw new Error(`a validator needs more: ${code.slice(0, 300)}`)
  const [whole, name] =
    /^"use strict";module\.exports = (\w+);module\.exports\.default = \w+;/.exec(code)
  return `(() => {${code.slice(whole.length)}return ${name}})()`
}

/** Writes a module of validators, each of which stands in it once. @param shape what it returns, of names of them */
function write(name, shapeOf) {
  const texts = new Map()
  const shape = shapeOf((validator) => {
    const code = codeOf(validator)
    const known = texts.get(code) ?? `v${texts.size}`
    texts.set(code, known)
    return known
  })
  const lines = [...texts].map(([code, each]) => `const ${each} = ${code}`)
  const body = [...lines, `return ${shape}`].join('\n')
  const module = `'use strict'\nmodule.exports = ({ equal, ucs2length, formats }) => {\n${body}\n}\n`
  const { code, errors } = minifySync(`${name}.cjs`, module)
  if (errors.length > 0) throw new Error(`${name}: ${errors[0].message}`)
  writeFileSync(new URL(`${name}.cjs`, to), code)
}

const list = (names) => `[${names.join(', ')}]`
const record = (entries) =>
  `{ ${entries.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(', ')} }`

async function writeOperations(spec, document, { compiledChecks, operationsIn }) {
  const checks = await compiledChecks(document, { ajvOpts: { code: CODE }, customizeAjv: noting })
  for (const { object } of operationsIn(checks.document))
    for (const depth of ['quick', 'thorough'])
      write(`${spec}/${object.operationId}.${depth}`, (nameOf) => {
        const requests = checks.requests(object.operationId, depth).map(nameOf)
        const replies = Object.entries(checks.replies(object, depth))
        const named = replies.map(([status, validator]) => [status, nameOf(validator)])
        return record([
          ['requests', list(requests)],
          ['replies', record(named)],
        ])
      })
  return checks.document
}

/** What the validators are made of, besides the specs. */
const MAKERS = ['compiled-checks', 'compiled-forms', 'webhook-forms', 'check-formats', 'spec']

/** They take 8 of the 12 s of a build, and change less often than all else: the last ones are kept. */
function keptFolder() {
  const files = [
    new URL(import.meta.url),
    new URL('node_modules/.package-lock.json', ROOT),
    ...MAKERS.map((name) => new URL(`server/${name}.js`, BUILD)),
    ...readdirSync(from).map((name) => new URL(name, from)),
  ]
  const sum = createHash('sha256')
  for (const file of files) sum.update(readFileSync(file))
  return new URL(`node_modules/.cache/esimulator/${sum.digest('hex').slice(0, 16)}/`, ROOT)
}

/** Writes them all, or takes those that were made of the same. */
export async function buildChecks() {
  const kept = keptFolder()
  if (!existsSync(kept)) {
    await compileAll()
    rmSync(new URL('../', kept), { recursive: true, force: true })
    cpSync(to, kept, { recursive: true })
  } else cpSync(kept, to, { recursive: true })
}

async function compileAll() {
  const server = (name) => import(new URL(`server/${name}.js`, BUILD))
  const modules = { ...(await server('compiled-checks')), ...(await server('spec')) }
  const { compiledForms } = await server('compiled-forms')
  const { builtChecks } = await server('built-checks')
  const specs = readdirSync(from).filter(
    (name) => name !== 'operations.json' && name !== 'countries.json',
  )
  for (const file of specs) {
    const read = () => JSON.parse(readFileSync(new URL(file, from), 'utf8'))
    const spec = file.replace('.json', '')
    mkdirSync(new URL(`${spec}/`, to), { recursive: true })
    const document = await writeOperations(spec, read(), modules)
    const forms = Object.entries(compiledForms(read(), { code: CODE }, noting))
    write(`${spec}/webhooks`, (nameOf) =>
      record(forms.map(([name, validators]) => [name, list(validators.map(nameOf))])),
    )
    // What is read at a start has to say the same as what the compiler saw.
    const { document: found } = builtChecks(`${spec}.yaml`, read)
    if (!isDeepStrictEqual(found, document)) throw new Error(`${file} is not dereferenced alike`)
  }
}
