// The shape of the project: what every provider has, what each part may not know or do, how files begin and end.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, posix } from 'node:path'
import { expect, test } from 'vitest'
import { allProblems } from '../src/library/check-provider.ts'
import { compileSpec, type Operation } from '../src/server/spec.ts'
import { readSpec } from '../src/server/spec-files.ts'
import { simulators } from '../src/simulators/index.ts'
import { sharedCollections } from '../src/state/shared-collections.ts'
import { ROOT, sourceFiles, withoutComments } from './support/source.ts'

const source = sourceFiles('src')
const within = (...folders: string[]) =>
  source.filter(({ path }) => folders.some((folder) => path.startsWith(`src/${folder}/`)))

const mounted = await Promise.all(
  simulators.flatMap((simulator) =>
    simulator.mounts.map(async (mount) => ({
      simulator,
      mount,
      spec: await compileSpec(await readSpec(mount.spec)),
    })),
  ),
)
const operationsOf = (slug: string) =>
  mounted
    .filter(({ simulator }) => simulator.slug === slug)
    .flatMap(({ spec }) => [...spec.operations.values()])
const slugs = simulators.map(({ slug }) => slug)

/** Lines of code that match, as `file: what matched`. */
function found(files: readonly { path: string; code: string }[], pattern: RegExp): string[] {
  return files.flatMap(({ path, code }) =>
    [...code.matchAll(pattern)].map(([what]) => `${path}: ${what}`),
  )
}

/** Imports that a rule forbids, as `file imports what`. */
function importing(files: typeof source, forbidden: (imported: string) => boolean): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.filter(forbidden).map((imported) => `${path} imports ${imported}`),
  )
}

test('comments are told from strings and regular expressions that look like them', () => {
  expect(withoutComments("a('//x') // y\nb(/\\/\\*'/) /* z */ + `http:` / 2 /* 'w' */ / 3")).toBe(
    "a('//x') \nb(/\\/\\*'/)  + `http:` / 2  / 3",
  )
})

test.each(slugs)(
  '%s: every operation has a handler or is a declared gap, and there is no other handler or gap',
  (slug) => {
    const simulator = simulators.find((each) => each.slug === slug)
    const served = [
      ...Object.keys(simulator?.handlers ?? {}),
      ...Object.keys(simulator?.gaps ?? {}),
    ]
    expect(served.toSorted()).toEqual(
      operationsOf(slug)
        .map(({ id }) => id)
        .filter((id, at, all) => all.indexOf(id) === at)
        .toSorted(),
    )
  },
)

test.each(simulators)(
  '$slug: is all that a provider in a package of its own has to be',
  async (simulator) => {
    expect(await allProblems(simulator)).toEqual([])
  },
  120_000,
)

test.each(slugs)('%s: every gap says why', (slug) => {
  for (const [id, why] of Object.entries(simulators.find((each) => each.slug === slug)?.gaps ?? {}))
    expect(why, id).toMatch(/\w+ \w+/)
})

test('every provider folder is in the list of providers, under its own name', () => {
  const folders = readdirSync(`${ROOT}src/simulators`, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )
  expect(folders.map(({ name }) => name).toSorted()).toEqual(slugs.toSorted())
  for (const slug of slugs) expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/)
})

test.each(slugs)('%s: its folder has the files every provider has', (slug) => {
  const folder = `${ROOT}src/simulators/${slug}`
  const resources = readdirSync(folder, { withFileTypes: true }).filter((each) =>
    each.isDirectory(),
  )
  const wires = resources.length > 0 ? resources.map(({ name }) => `${name}/wire.ts`) : ['wire.ts']
  const wanted = ['index.ts', 'errors.ts', 'seeds.ts', 'settings.ts', 'spec.d.ts', ...wires]
  expect(wanted.filter((file) => !existsSync(`${folder}/${file}`))).toEqual([])
})

test.each(slugs)('%s: its specs and its statements lie where they are looked for', (slug) => {
  const files =
    simulators.find((each) => each.slug === slug)?.mounts.map(({ spec }) => `specs/${spec}`) ?? []
  expect(
    [...files, `specs/statements/${slug}.yaml`].filter((file) => !existsSync(ROOT + file)),
  ).toEqual([])
})

test.each(slugs)('%s: the types of its spec are generated', (slug) => {
  expect(readFileSync(`${ROOT}src/simulators/${slug}/spec.d.ts`, 'utf8')).toMatch(
    /^\/\/ Generated from specs\/.* Do not edit\.\n/,
  )
})

test('every collection is in the list of its provider, or of those that all share', () => {
  const own = simulators.flatMap(({ collections = [] }) => collections)
  const listed = [...sharedCollections, ...own].map(({ name }) => name)
  const defined = found(within('state', 'simulators'), /\b(defineCollection|define)<\w+>\(/g).length
  // One of them is what the tables of one provider are defined with.
  expect(listed).toHaveLength(defined - 1)
  expect(new Set(listed).size).toBe(listed.length)
})

test('every provider has a default state, and knows its own words for a refusal', () => {
  for (const { slug, seeds, refusalReply: word } of simulators)
    expect([slug, typeof seeds.default, typeof word]).toEqual([slug, 'function', 'function'])
})

test('no provider is named in the kernel or the control API', () => {
  const names = simulators
    .flatMap(({ slug, title }) => [slug, title])
    .map((name) => name.replaceAll(/[ -]/g, '[ _-]?'))
  expect(
    found(
      within('state', 'server', 'control'),
      new RegExp(String.raw`.*\b(${names.join('|')})\b.*`, 'gi'),
    ),
  ).toEqual([])
})

test('the kernel and the control API import no provider but through the list of them', () => {
  const forbidden = (imported: string) =>
    /simulators\/(?!(index|simulator|call|countries|long-list|plugins|refusal-words)\.ts)/.test(
      imported,
    )
  expect(importing(within('state', 'server', 'control'), forbidden)).toEqual([])
})

test('providers do not import one another', () => {
  const others = (path: string, imported: string) =>
    slugs.some((slug) => imported.includes(`/${slug}/`) && !path.includes(`/${slug}/`))
  const files = within('simulators').filter(({ path }) => path !== 'src/simulators/index.ts')
  expect(
    files.flatMap((file) => importing([file], (imported) => others(file.path, imported))),
  ).toEqual([])
})

/** Every part of `src` with the parts it may import from: what stands above, nobody below knows. */
const below: Readonly<Record<string, readonly string[]>> = {
  state: [],
  stores: ['state'],
  simulators: ['state'],
  server: ['simulators', 'stores', 'state'],
  control: ['server', 'simulators', 'stores', 'state'],
  workflows: ['control', 'server', 'simulators', 'stores', 'state'],
  contracts: ['workflows', 'control', 'server', 'simulators', 'stores', 'state'],
  dashboard: ['control', 'server', 'simulators', 'stores', 'state'],
  mcp: ['workflows', 'control', 'server', 'simulators', 'stores', 'state'],
  library: ['contracts', 'workflows', 'control', 'server', 'simulators', 'stores', 'state'],
  cli: [
    'mcp',
    'library',
    'contracts',
    'workflows',
    'control',
    'server',
    'simulators',
    'stores',
    'state',
  ],
}

test('imports go down: cli, library, contracts, workflows, control, server, simulators, stores, state', () => {
  const partOf = (path: string) => /^src\/([a-z]+)\//.exec(path)?.[1]
  const upward = source.flatMap(({ path, imports }) => {
    const part = partOf(path)
    if (part === undefined) return []
    const reached = imports
      .filter((imported) => imported.startsWith('.'))
      .map((imported) => partOf(posix.join(posix.dirname(path), imported)))
    const wrong = reached.filter(
      (to) => to !== undefined && to !== part && !below[part]?.includes(to),
    )
    return wrong.map((to) => `${path} imports from ${to}`)
  })
  expect(upward).toEqual([])
  expect(Object.keys(below).toSorted()).toEqual(
    [...new Set(source.flatMap(({ path }) => partOf(path) ?? []))].toSorted(),
  )
})

test('objects are written out: no spread of a literal, none that depends on a condition', () => {
  expect(found(source, /\.\.\.\{.*|\.\.\.\(.*\?\s*\{\s*\}\s*:.*/g)).toEqual([])
})

const pure = within('state', 'simulators')

test('state and providers ask no clock and no dice but the world', () => {
  expect(
    found(
      pure,
      /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\b|\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bhrtime\b/g,
    ),
  ).toEqual([])
})

test('state and providers set no timers, do no I/O and know no process', () => {
  expect(
    found(
      pure,
      /\b(set|clear)(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bprocess\.|\bfetch\(|\bconsole\./g,
    ),
  ).toEqual([])
})

/** Reads what ships with the code, and nothing else: for data of providers that is too large to stand in it. */
const SHIPPED = 'src/state/shipped-files.ts'

test('state and providers import nothing that reaches outside', () => {
  const fine = (imported: string) => !imported.startsWith('node:') || imported === 'node:crypto'
  const forbidden = (imported: string) =>
    !fine(imported) ||
    /^(express|openapi-backend|lowdb|undici|axios)(\/|$)|\/(server|control|cli)\//.test(imported)
  const files = pure.filter(({ path }) => path !== SHIPPED)
  expect(importing(files, forbidden)).toEqual([])
  expect(existsSync(ROOT + SHIPPED)).toBe(true)
})

test('of node:crypto state and providers use createHmac and createHash', () => {
  const named = /import\s+(?!type)(.*?)\s+from\s+'node:crypto'/g
  const allowed = new Set(['{ createHmac }', '{ createHash }', '{ createHash, createHmac }'])
  const taken = pure.flatMap(({ path, code }) =>
    [...code.matchAll(named)].map(([, names = '']) => ({ path, names })),
  )
  expect(taken.filter(({ names }) => !allowed.has(names))).toEqual([])
})

/** Files that may have a timer or a clock of their own, and why. */
const timekeepers: Readonly<Record<string, string>> = {
  'src/server/ticker.ts': 'the only wall clock and the only timers',
  'src/server/connections.ts': 'a client that takes nothing of its answer is cut off',
  'src/server/tls-port.ts': 'a client that does not say what it speaks is cut off',
  'src/library/in-process.ts': 'a pipe has the methods of a socket, and those do nothing',
  'src/stores/world-writer.ts': 'a failed write is tried again after a while',
  'src/stores/turns.ts': 'long work is cut in turns',
  'src/stores/postgres/pauses.ts': 'a database that is away is asked again after a while',
  'src/dashboard/timing.ts': 'the clock and the timers of the page, in a browser',
}

test('the wall clock is read and timers are set in one place only', () => {
  const files = source.filter(({ path }) => timekeepers[path] === undefined)
  const clocks =
    /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b|\bhrtime\b|\bset(Timeout|Interval|Immediate)\b|\bnode:timers\b/g
  expect(found(files, clocks)).toEqual([])
  expect(Object.keys(timekeepers).filter((path) => !existsSync(ROOT + path))).toEqual([])
})

test('every file opens with one line that says what it holds', () => {
  const opening = /^(#!.*\n)?\/\/ \S.{10,}\n(?!\/\/)/
  expect(
    [...source, ...sourceFiles('test')]
      .filter(({ text }) => !opening.test(text))
      .map(({ path }) => path),
  ).toEqual([])
})

test('escapes of URLs are undone in one place: a bundler drops a call whose result nobody uses', () => {
  const others = source.filter(({ path }) => path !== 'src/state/percent-encoding.ts')
  expect(found(others, /^\s*(?:if \(.*\) )?(?:void )?decodeURI(?:Component)?\(.*/gm)).toEqual([])
})

test('no file is named for what it is made of instead of for its idea', () => {
  const named = source.filter(({ path }) =>
    /^(utils?|helpers?|common|types?|misc|shared)\.tsx?$/.test(basename(path)),
  )
  expect(named.map(({ path }) => path)).toEqual([])
  expect(
    source
      .filter(({ path }) => !/^[a-z0-9]+(-[a-z0-9]+)*\.tsx?$/.test(basename(path)))
      .map(({ path }) => path),
  ).toEqual([])
})

test('no code evades the type checker or the linter', () => {
  expect(found(source, /\bas any\b|: any\b|<any>|\beval\(|\bnew Function\(/g)).toEqual([])
  expect(
    source
      .filter(({ text }) => /@ts-(ignore|expect-error|nocheck)|biome-ignore/.test(text))
      .map(({ path }) => path),
  ).toEqual([])
})

const PROVENANCE = ['documented', 'public', 'inferred', 'invented']
const EFFECTS = ['reads', 'changes', 'spends']

test.each(slugs)(
  '%s: every operation says where it comes from and what it does outside',
  (slug) => {
    const marks = operationsOf(slug).map(({ id, object }) => ({
      id,
      provenance: PROVENANCE.includes(object['x-provenance'] ?? ''),
      effect:
        effectsOf(object['x-effect']).length > 0 &&
        effectsOf(object['x-effect']).every((effect) => EFFECTS.includes(effect)),
    }))
    expect(marks.filter(({ provenance, effect }) => !provenance || !effect)).toEqual([])
  },
)

/** The effects of an operation: one, or one by the value of a parameter. */
function effectsOf(effect: unknown): string[] {
  if (typeof effect === 'string') return [effect]
  return Object.values((effect ?? {}) as Record<string, Record<string, string>>).flatMap(
    (byValue) => Object.values(byValue),
  )
}

const specs = readdirSync(`${ROOT}specs`).filter((file) => file.endsWith('.yaml'))

test.each(specs)(
  '%s: every validator compiles, and every path is found by the router',
  async (file) => {
    const spec = await compileSpec(await readSpec(file))
    expect(spec.operations.size).toBeGreaterThan(0)
    for (const operation of spec.operations.values()) {
      expect(
        () => operation.problems({ path: {}, query: {}, header: {} }),
        operation.id,
      ).not.toThrow()
      for (const [status, type] of repliesOf(operation))
        expect(() => operation.violations(status, type, null), operation.id).not.toThrow()
      const path = operation.path.replaceAll(/\{\w+\}/g, 'x')
      expect(spec.find(operation.method, path), `${operation.method} ${path}`).toMatchObject({
        operation: { id: operation.id },
      })
    }
  },
)

/** Every status and type an operation may answer with; 599 stands for `default`. */
function repliesOf({ object }: Operation): [status: number, type: string | undefined][] {
  return Object.entries(object.responses).flatMap(([status, { content }]) => {
    const types = content ? Object.keys(content) : [undefined]
    return types.map((type): [number, string | undefined] => [
      status === 'default' ? 599 : Number(status),
      type,
    ])
  })
}
