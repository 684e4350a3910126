// What deploy/ and the Dockerfile name is there: options, calls, files, secrets.
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { globSync } from 'tinyglobby'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { DEFAULT_PORT, options, variable } from '../../src/cli/options.ts'
import { ROOT } from '../support/source.ts'

const read = (name: string) => readFileSync(`${ROOT}${name}`, 'utf8')
const names = [...globSync('deploy/**', { cwd: ROOT, dot: true }), 'Dockerfile'].filter(
  // What a user has put secrets in.
  (name) => !/\/(\.env|secret\.yaml)$/.test(name),
)
const files = names.toSorted().map((name) => ({ name, text: read(name) }))
const compose = parse(read('deploy/compose.yaml'), { merge: true })
const image = read('Dockerfile')

/** Those of a pattern that a file has, each once. */
const foundIn = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([whole, first]) => first ?? whole)),
]

describe.each(files)('$name', ({ text }) => {
  test('every variable of the simulator is that of an option', () => {
    const known = Object.keys(options).map(variable)
    const named = foundIn(text, /\bESIMULATOR_[A-Z_]+\b/g)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  test('every call of the control API is one', () => {
    const { paths } = parse(read('specs/control.yaml')) as { paths: object }
    const called = foundIn(text, /\/_sim\/[a-z/-]+/g)
    expect(called.filter((path) => !Object.hasOwn(paths, path))).toEqual([])
  })

  test('every page that it names is there', () => {
    const pages = foundIn(text, /\bdocs\/[a-z-]+\.md/g)
    expect(pages.filter((page) => !existsSync(ROOT + page))).toEqual([])
  })

  test('every port is that of the simulator, or of PostgreSQL', () => {
    const ports = foundIn(text, /(?<![\w.-])(?:[1-9]\d{3,4})(?![\w.%])/g).map(Number)
    const others = [5432, 1000, 1536, 6000]
    expect(ports.filter((port) => port !== DEFAULT_PORT && !others.includes(port))).toEqual([])
  })
})

test('the variables of compose.yaml are those of env.example, and no secret has a value there', () => {
  const example = read('deploy/env.example')
  const asked = foundIn(read('deploy/compose.yaml'), /\$\{(\w+)/g)
  expect(foundIn(example, /^(\w+)=/gm).toSorted()).toEqual(asked.toSorted())
  for (const secret of ['DATABASE_PASSWORD', 'ESIMULATOR_TOKEN'])
    expect(example).toMatch(new RegExp(`^${secret}=$`, 'm'))
})

test('each simulator of compose.yaml is reached under its own name, and the balancer knows them all', () => {
  const simulators = Object.keys(compose.services).filter((name) => name.startsWith('sim-'))
  expect(simulators).toHaveLength(3)
  const urls = simulators.map((name) => compose.services[name].environment.ESIMULATOR_REPLICA_URL)
  expect(urls).toEqual(simulators.map((name) => `http://${name}:${DEFAULT_PORT}`))
  const balancer = read('deploy/haproxy.cfg')
  const servers = [...balancer.matchAll(/^ {4}server \S+ (\S+)$/gm)].map(([, address]) => address)
  const known = simulators.map((name) => `${name}:${DEFAULT_PORT}`)
  // Those that are ready, and those that say why none is.
  expect(servers).toEqual([...known, ...known])
})

test('files that are mounted or listed are there', () => {
  const mounted: string[] = compose.services.balancer.volumes.map(
    (volume: string) => volume.split(':')[0],
  )
  const { resources } = parse(read('deploy/kubernetes/kustomization.yaml'))
  const paths = [
    ...mounted.map((path) => `deploy/${path}`),
    ...resources.map((path: string) => `deploy/kubernetes/${path}`),
  ]
  expect(paths.filter((path) => !existsSync(ROOT + path))).toEqual([])
})

test('the keys that the deployment takes of its secret stand in the example, without values', () => {
  const { metadata, stringData } = parse(read('deploy/kubernetes/secret.example.yaml'))
  const deployment = read('deploy/kubernetes/deployment.yaml')
  const taken = foundIn(deployment, /secretKeyRef: \{ name: esimulator, key: (\w+) \}/g)
  expect(metadata.name).toBe('esimulator')
  expect(stringData).toEqual(
    Object.fromEntries(
      taken
        .toSorted()
        .reverse()
        .map((key) => [key, '']),
    ),
  )
})

test('what holds secrets is left out by git', () => {
  const ignored = read('.gitignore').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['deploy/.env', 'deploy/kubernetes/secret.yaml']))
})

test('the image has what the package has, and .dockerignore lets it in', () => {
  const { files: packed } = JSON.parse(read('package.json')) as { files: string[] }
  const copied = foundIn(image, /^COPY (?:--from=build \/app\/)?(.+) \S+$/gm)
    .flatMap((paths) => paths.split(' '))
    .map((path) => basename(path))
  expect(packed.filter((name) => !copied.includes(name))).toEqual([])
  const letIn = foundIn(read('.dockerignore'), /^!(.+)$/gm)
  const fromOutside = foundIn(image, /^COPY (?!--from)(.+) \S+$/gm).flatMap((paths) =>
    paths.split(' '),
  )
  expect(fromOutside.filter((name) => !letIn.includes(name))).toEqual([])
})

test('the image runs as nobody special, and is told of signals itself', () => {
  expect(image).toMatch(/^USER node$/m)
  expect(image).toMatch(new RegExp(`^EXPOSE ${DEFAULT_PORT}$`, 'm'))
  expect(image).toMatch(/^CMD \["esimulator", "start"\]$/m)
})
