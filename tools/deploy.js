// Holds deploy/ to the schemas of Kubernetes and of Compose, without a cluster and without an engine.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

const require = createRequire(import.meta.url)
const deploy = new URL('../deploy/', import.meta.url)
const manifests = new URL('kubernetes/', deploy)

/** What is wrong with a manifest; `undefined` where it is as its kind has to be. */
function problemOf(manifest) {
  const { apiVersion, kind } = manifest
  const Model = require(`kubernetes-models/${apiVersion}`)[kind]
  if (Model === undefined) return `there is no ${kind} in ${apiVersion}`
  try {
    new Model(manifest).validate()
    return undefined
  } catch (error) {
    return error.message
  }
}

const files = readdirSync(manifests).filter((file) => file.endsWith('.yaml'))
const problems = files.flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, manifests), 'utf8'), { merge: true })
    .map((document) => document.toJS())
    // Of kustomize's own kind there is no model.
    .filter(({ kind }) => kind !== 'Kustomization')
    .flatMap((manifest) => problemOf(manifest) ?? [])
    .map((problem) => `deploy/kubernetes/${file}: ${problem}`),
)
for (const problem of problems) console.error(problem)

// Errors only. The interface of a port comes from a variable, which the linter does not see.
const linter = fileURLToPath(new URL('node_modules/.bin/dclint', import.meta.url))
const compose = fileURLToPath(new URL('compose.yaml', deploy))
const flags = ['--quiet', '--disable-rule', 'no-unbound-port-interfaces']
const { status } = spawnSync(linter, [compose, ...flags], { stdio: 'inherit' })

if (problems.length > 0 || status !== 0) process.exit(1)
console.log(
  `deploy/: compose.yaml and ${files.length} files of Kubernetes are as their schemas say`,
)
