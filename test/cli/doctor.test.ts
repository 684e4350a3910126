// `esimulator doctor` and `--repair` on damaged state folders: what is said, what is kept, and that the start serves the rest.
import { spawnSync } from 'node:child_process'
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/cli/config.ts'
import { type Said, stateFolder } from '../../src/cli/state-folder.ts'
import { type StateDocument, startSimulator } from '../../src/index.ts'
import { folder, run, startServer } from '../support/cli.ts'
import { call } from '../support/control.ts'
import { COMPANY } from '../support/highland.ts'
import { copyAsKilled } from '../support/killed-folder.ts'

let home = ''
/** Worlds `default`, `ci` and `nightly`: closed, so in bases; killed, so in logs; and bases with logs. */
let bases = ''
let logs = ''
let both = ''
/** `ci` as it was in each of them, record by record. */
const wholes = new Map<string, StateDocument['collections']>()

const started = (store: string, said: string[] = []) =>
  startSimulator({
    store,
    providers: ['highland', 'wholesale'],
    report: (text) => void said.push(text),
  })
type Running = Awaited<ReturnType<typeof started>>

const acquire = ({ url }: Running, world: string) =>
  call(url, `/w/${world}/highland/b2b/sim/acquire`, { json: { company_id: COMPANY } })

const stateOf = async ({ url }: Running, world: string) =>
  (await call<StateDocument>(url, `/w/${world}/_sim/state`)).body.collections

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'esimulator-doctor-'))
  const [work, ...rest] = ['work', 'bases', 'logs', 'both'].map((name) => join(home, name))
  ;[bases = '', logs = '', both = ''] = rest
  const first = await started(work ?? '')
  for (const name of ['ci', 'nightly']) await call(first.url, '/_sim/worlds', { json: { name } })
  for (let count = 0; count < 3; count += 1) await acquire(first, 'ci')
  for (const template of [bases, logs]) wholes.set(template, await stateOf(first, 'ci'))
  await copyAsKilled(work ?? '', logs)
  await first.close()
  await copyAsKilled(work ?? '', bases)
  const second = await started(work ?? '')
  for (let count = 0; count < 3; count += 1) await acquire(second, 'ci')
  wholes.set(both, await stateOf(second, 'ci'))
  await copyAsKilled(work ?? '', both)
  await second.close()
})
afterAll(() => rm(home, { recursive: true }))

let folders = 0
async function copyOf(template: string): Promise<string> {
  folders += 1
  const dir = join(home, `case-${folders}`)
  await copyAsKilled(template, dir)
  return dir
}

const doctor = async (dir: string, repair = false): Promise<Said[]> =>
  stateFolder(await readConfig({ state: dir, repair }))

const sentences = (said: readonly Said[]) =>
  said.map(({ ok, says }) => `${ok ? 'ok ' : 'BAD'} ${says}`).join('\n')

/** How many of the records there were are there, as they were; a copy has another name and claims. */
function keptOf(template: string, found: StateDocument['collections']): 'all' | 'part' {
  const { credentials: _, ...whole } = wholes.get(template) ?? {}
  expect(Object.keys(whole).length).toBeGreaterThan(5)
  const lost = Object.entries(whole).flatMap(([name, records]) =>
    Object.keys(records).filter(
      (key) =>
        key !== 'world' && JSON.stringify(found[name]?.[key]) !== JSON.stringify(records[key]),
    ),
  )
  return lost.length === 0 ? 'all' : 'part'
}

type Damage = (dir: string) => Promise<unknown>

interface Case {
  readonly name: string
  readonly template: () => string
  readonly damage: Damage
  /** What the doctor says, beginning with `ok ` or `BAD`. */
  readonly says: RegExp
  /** What is there of `ci` after the repair; `left` where nobody but its user can do anything. */
  readonly kept: 'all' | 'part' | 'none' | 'left'
  /** Where that is another than `ci`. */
  readonly world?: string
}

/** The text of a file made another. */
const changed =
  (file: string, change: (text: string) => string): Damage =>
  async (dir) => {
    const path = join(dir, file)
    const text = await readFile(path, 'latin1')
    const other = change(text)
    expect(other).not.toBe(text)
    await writeFile(path, other, 'latin1')
  }
const cut = (file: string, share: number) =>
  changed(file, (text) => text.slice(0, Math.floor(text.length * share)))
const cutAt = (file: string, after: RegExp) =>
  changed(file, (text) => text.slice(0, text.search(after) + 3))
const folderInstead =
  (file: string): Damage =>
  async (dir) => {
    await rm(join(dir, file), { force: true })
    await mkdir(join(dir, file))
  }
const loopInstead =
  (file: string): Damage =>
  async (dir) => {
    await rm(join(dir, file), { force: true })
    await symlink(file, join(dir, file))
  }
const without =
  (file: string): Damage =>
  (dir) =>
    rm(join(dir, file))
const added =
  (file: string, text: string): Damage =>
  (dir) =>
    writeFile(join(dir, file), text)
const copied =
  (from: string, to: string): Damage =>
  (dir) =>
    cp(join(dir, from), join(dir, to))
const moved =
  (from: string, to: string): Damage =>
  (dir) =>
    rename(join(dir, from), join(dir, to))

const nothing = /^BAD the world "ci" is damaged: .*; --repair sets it aside: nothing can be kept$/m
const part = /^BAD the world "ci" is damaged: .*; --repair keeps \d+ records .*, but for .*$/m
const all = /^BAD the world "ci" is damaged: .*; --repair keeps \d+ records of the world "ci"$/m

const inBase: readonly Omit<Case, 'template'>[] = [
  { name: 'an empty base', damage: changed('ci.json', () => ''), says: nothing, kept: 'none' },
  { name: 'no JSON', damage: changed('ci.json', () => 'nonsense'), says: nothing, kept: 'none' },
  {
    name: 'a base cut in its header',
    damage: cutAt('ci.json', /"world"/),
    says: nothing,
    kept: 'none',
  },
  {
    name: 'a base cut before its clock',
    damage: cutAt('ci.json', /"clock"/),
    says: nothing,
    kept: 'none',
  },
  { name: 'a base cut in the middle', damage: cut('ci.json', 0.5), says: part, kept: 'part' },
  {
    name: 'a base cut at its end',
    damage: changed('ci.json', (text) => text.slice(0, -3)),
    says: part,
    kept: 'all',
  },
  {
    name: 'a changed byte in a word of a base',
    damage: changed('ci.json', (text) => text.replace('14255550101', '14255550109')),
    says: /^BAD the world "ci" is damaged: .*its checksum is another.*; --repair keeps \d+ records of the world "ci"$/m,
    kept: 'part',
  },
  {
    name: 'a changed byte in a brace of a base',
    damage: changed('ci.json', (text) =>
      text.replace('{"simId":"61100001"', '("simId":"61100001"'),
    ),
    says: part,
    kept: 'part',
  },
  {
    name: 'a changed byte in a random stream',
    damage: changed('ci.json', (text) => text.replace(/("random\/highland","state":)\[/, '$1{')),
    says: part,
    kept: 'part',
  },
  {
    name: 'a record of another shape',
    damage: changed('ci.json', (text) => text.replace('"imsi":"', '"imsi":5,"was":"')),
    says: /^BAD .*the record ".*" in ".*": imsi .*--repair keeps \d+ .*, but for 1 records that are none$/m,
    kept: 'part',
  },
  {
    name: 'a base of a newer format',
    damage: changed('ci.json', (text) => text.replace('"format": 1', '"format": 7')),
    says: /^BAD .*ci\.json was written by a newer esimulator .*: upgrade/m,
    kept: 'left',
  },
  {
    name: 'a folder for a base',
    damage: folderInstead('ci.json'),
    says: /^BAD .*a folder stands.*nothing can be kept/m,
    kept: 'none',
  },
  {
    name: 'a loop of links for a base',
    damage: loopInstead('ci.json'),
    says: /^BAD .*cannot read .*nothing can be kept/m,
    kept: 'none',
  },
  {
    name: 'a copy of another world',
    damage: copied('nightly.json', 'ci.json'),
    says: /^BAD the world "ci" is damaged: .*holds the world "nightly".*, which is there, too; --repair keeps \d+ records of the world "ci"$/m,
    kept: 'part',
  },
  {
    name: 'a base under the name of another',
    damage: moved('ci.json', 'free.json'),
    says: /^BAD .*free\.json holds the world "ci".*; --repair gives it its own name back$/m,
    kept: 'all',
  },
  {
    name: 'a base under a name that is never read',
    damage: moved('ci.json', 'CI.json'),
    says: /^BAD .*CI\.json holds the world "ci" under a name that is never read; --repair calls it .*ci\.json$/m,
    kept: 'all',
  },
  {
    name: 'a second base whose name is another by its capitals only',
    damage: copied('ci.json', 'CI.json'),
    says: /^ok {2}.*CI\.json is none of esimulator's: it is left alone$/m,
    kept: 'all',
  },
]

const inLogs: readonly Omit<Case, 'template'>[] = [
  {
    name: 'an empty log',
    damage: changed('ci.log', () => ''),
    says: /^ok {2}.*ci\.log is a beginning of a world/m,
    kept: 'none',
  },
  {
    name: 'a log cut in its header',
    damage: cutAt('ci.log', /"format"/),
    says: /^ok {2}.*is a beginning/m,
    kept: 'none',
  },
  {
    name: 'a log cut in its first change',
    damage: cutAt('ci.log', /"replaces"/),
    says: /^ok {2}.*is a beginning/m,
    kept: 'none',
  },
  {
    name: 'a log cut in its last change',
    damage: cut('ci.log', 0.999),
    says: /^ok {2}.*ci\.log ends in a line that was never finished: that last change was dropped$/m,
    kept: 'part',
  },
  {
    name: 'a changed byte in the header of a log',
    damage: changed('ci.log', (text) => text.replace('"format":2', '"format":1')),
    says: all,
    kept: 'all',
  },
  {
    name: 'a changed byte in the first change',
    damage: changed('ci.log', (text) => text.replace('"replaces":t', '"replaces":f')),
    says: nothing,
    kept: 'none',
  },
  {
    name: 'a changed byte in a change',
    damage: changed('ci.log', (text) => text.replace(/"n":3,/, '"n":4,')),
    says: part,
    kept: 'part',
  },
  {
    name: 'a changed byte in the last change',
    damage: changed('ci.log', (text) =>
      text.replace(/(\n[0-9a-f]{8} \{"n":)\d+(,"changes.*\n)$/, '$19$2'),
    ),
    says: /^BAD .*ends in a damaged line.*; --repair keeps \d+ .*, but for 1 of the changes in .*ci\.log$/m,
    kept: 'part',
  },
  { name: 'a folder for a log', damage: folderInstead('ci.log'), says: nothing, kept: 'none' },
  { name: 'a loop of links for a log', damage: loopInstead('ci.log'), says: nothing, kept: 'none' },
  {
    name: 'a log of a newer format',
    damage: changed('ci.log', (text) => {
      const header = text.slice(9, text.indexOf('\n')).replace('"format":2', '"format":3')
      return `${sealOf(header)} ${header}${text.slice(text.indexOf('\n'))}`
    }),
    says: /^BAD .*ci\.log was written by a newer esimulator/m,
    kept: 'left',
  },
  {
    name: 'a log of another world',
    damage: copied('nightly.log', 'ci.log'),
    says: /^BAD .*ci\.log holds the world "nightly".*which is there, too; --repair keeps/m,
    kept: 'part',
  },
]

const inBoth: readonly Omit<Case, 'template'>[] = [
  { name: 'a missing base', damage: without('ci.json'), says: nothing, kept: 'none' },
  {
    name: 'a missing log',
    damage: without('ci.log'),
    says: /3 worlds can be opened$/m,
    kept: 'part',
  },
  {
    name: 'a folder for a log beside a base',
    damage: folderInstead('ci.log'),
    says: part,
    kept: 'part',
  },
  { name: 'a folder for an old log', damage: folderInstead('ci.log.old'), says: part, kept: 'all' },
  {
    name: 'a log of another life',
    damage: changed('ci.json', (text) => text.replace(/"generation": "../, '"generation": "zz')),
    says: part,
    kept: 'part',
  },
  {
    name: 'a base cut in its middle, and a log',
    damage: cut('ci.json', 0.5),
    says: part,
    kept: 'part',
  },
  {
    name: 'what a kill leaves',
    damage: async (dir) => {
      for (const file of [
        'ci.json.new',
        '.ci.json.new.tmp',
        'gone.removed',
        'gone.log',
        '.esimulator.removed.new',
      ])
        await writeFile(join(dir, file), '{')
      await mkdir(join(dir, '.esimulator.lock'))
      const owner = { pid: deadProcess(), host: hostname() }
      await writeFile(join(dir, '.esimulator.owner'), JSON.stringify(owner))
    },
    says: /^ok {2}.*\.esimulator\.lock was left by process \d+, which is gone: the next start takes it$/m,
    kept: 'all',
  },
  {
    name: 'a file that is not ours',
    damage: added('notes.txt', 'mine'),
    says: /^ok {2}.*notes\.txt is none of esimulator's: it is left alone$/m,
    kept: 'all',
  },
  {
    name: 'an empty file of lives',
    damage: added('.esimulator.removed', ''),
    says: /^BAD .*\.esimulator\.removed is damaged .*from a million on$/m,
    kept: 'all',
  },
  {
    name: 'a file of lives that are none',
    damage: added('.esimulator.removed', '{"ci":"x"}'),
    says: /^BAD .*"ci" has no number of lives/m,
    kept: 'all',
  },
  {
    name: 'a folder for the file of lives',
    damage: folderInstead('.esimulator.removed'),
    says: /^BAD .*a folder stands in its place/m,
    kept: 'all',
  },
  {
    name: 'a name of version 0.1.0',
    damage: async (dir) => {
      const text = (await readFile(join(dir, 'nightly.json'), 'utf8')).replaceAll(
        '"nightly"',
        '"nul"',
      )
      await writeFile(join(dir, 'nul.json'), text)
    },
    says: /^ok {2}.*nul\.json is called as version 0\.1\.0 did: the next start calls it otherwise$/m,
    kept: 'all',
  },
  {
    name: 'a world that was set aside, its name free',
    damage: async (dir) => {
      await rename(join(dir, 'ci.json'), join(dir, 'ci.json.broken-3'))
      await rename(join(dir, 'ci.log'), join(dir, 'ci.log.broken-3'))
    },
    says: /^BAD the world "ci" was set aside as .*ci\.\*\.broken-3; --repair brings back \d+ records of the world "ci"$/m,
    kept: 'all',
  },
  {
    name: 'a world that was set aside, its name taken',
    damage: async (dir) => {
      await rename(join(dir, 'ci.json'), join(dir, 'ci.json.broken-1'))
      await rename(join(dir, 'ci.log'), join(dir, 'ci.log.broken-1'))
      const other = await started(dir)
      await call(other.url, '/_sim/worlds', { json: { name: 'ci' } })
      await other.close()
    },
    says: /^BAD the world "ci" was set aside.*brings back \d+ records of the world "ci\.repaired-1"$/m,
    kept: 'all',
    world: 'ci.repaired-1',
  },
  {
    name: 'nothing of a world that was set aside',
    damage: added('ci.json.broken-1', '{'),
    says: /^ok {2}.*was set aside, and nothing of it can be kept: delete it$/m,
    kept: 'all',
  },
]

const cases: Case[] = [
  ...inBase.map((each) => ({ template: () => bases, ...each })),
  ...inLogs.map((each) => ({ template: () => logs, ...each })),
  ...inBoth.map((each) => ({ template: () => both, ...each })),
]

test.each(cases)('$name', async ({ template, damage, says, kept, world = 'ci' }) => {
  const dir = await copyOf(template())
  await damage(dir)
  const before = (await readdir(dir)).toSorted()
  const first = await doctor(dir)
  expect(sentences(first)).toMatch(says)
  expect((await readdir(dir)).toSorted()).toEqual(before)

  const repaired = await doctor(dir, true)
  const again = await doctor(dir)
  expect([again.every(({ ok }) => ok), sentences(repaired), sentences(again)]).toEqual([
    kept !== 'left',
    expect.any(String),
    expect.any(String),
  ])

  const said: string[] = []
  const sim = await started(dir, said)
  const { body } = await call<{ worlds: { name: string }[]; notOpened?: object }>(
    sim.url,
    '/_sim/worlds',
  )
  const names = body.worlds.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['default', 'nightly']))
  if (kept === 'left') expect(Object.keys(body.notOpened ?? {})).toEqual(['ci'])
  else {
    expect([body.notOpened, names.includes(world)]).toEqual([undefined, kept !== 'none'])
    const torn = /never finished/
    expect(said.filter((text) => !torn.test(text))).toEqual([])
  }
  if (kept === 'all' || kept === 'part') {
    expect(keptOf(template(), await stateOf(sim, world))).toBe(kept)
    const ids = await acquire(sim, world)
    expect(ids.status).toBe(200)
  }
  await sim.close()
})

/** A process that is gone. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

function sealOf(text: string): string {
  return crc32(Buffer.from(text)).toString(16).padStart(8, '0')
}

test('a repaired world is another life of it, and a copy leaves its keys to the world it is of', async () => {
  const dir = await copyOf(both)
  await cp(join(dir, 'ci.json'), join(dir, 'copy.json'))
  await doctor(dir, true)
  const base = JSON.parse(await readFile(join(dir, 'copy.json'), 'utf8'))
  expect(base.collections.world.world).toMatchObject({ name: 'copy', life: 1_000_001 })
  const credentials = Object.values<{ claim: number }>(base.collections.credentials)
  expect(credentials.length).toBeGreaterThan(0)
  for (const { claim } of credentials) expect(claim).toBeGreaterThan(0)
})

test('the command tells, repairs and tells again; a folder in use is left alone', async () => {
  const dir = await copyOf(both)
  await cut('ci.json', 0.5)(dir)
  await using cwd = await folder()
  const args = ['doctor', '--port', '0', '--url', 'http://127.0.0.1:9', '--state', dir]
  const found = await run(args, { cwd: cwd.path })
  expect([found.code, found.stdout]).toEqual([1, expect.stringMatching(/^BAD state .*"ci"/m)])
  const repaired = await run([...args, '--repair'], { cwd: cwd.path })
  expect([repaired.code, repaired.stdout]).toEqual([
    0,
    expect.stringMatching(/^ok {2}state {3}kept \d+ records of the world "ci"/m),
  ])
  const sim = await started(dir)
  const used = await run([...args, '--repair'], { cwd: cwd.path })
  expect([used.code, used.stdout]).toEqual([1, expect.stringMatching(/^BAD state .*in use by/m)])
  expect((await run(args, { cwd: cwd.path })).code).toBe(0)
  await sim.close()
})

test('a world that cannot be opened is told of by start, sim and doctor, with what to do', async () => {
  const dir = await copyOf(both)
  await changed('ci.json', (text) => text.replace('"format": 1', '"format": 7'))(dir)
  await changed('default.json', () => '{')(dir)
  await using cwd = await folder()
  await using server = await startServer(['--state', dir], { cwd: cwd.path })
  const damaged = /^the world "default" cannot be opened: .*`esimulator doctor --repair` keeps/
  expect(server.notOpened).toMatchObject({ default: expect.stringMatching(damaged) })
  const url = ['--url', server.url]
  const newer = /^esimulator: the world "ci" cannot be opened: .*: upgrade, .*start again$/m
  const listed = await run(['sim', 'list', ...url], { cwd: cwd.path })
  expect([listed.code, listed.stderr]).toEqual([0, expect.stringMatching(newer)])
  const asked = await run(['sim', 'list', '--world', 'ci', ...url], { cwd: cwd.path })
  expect([asked.code, asked.stderr]).toEqual([2, expect.stringMatching(/ci\.json was written by/)])
  const found = await run(['doctor', '--state', dir, ...url], { cwd: cwd.path })
  expect([found.code, found.stdout.match(/^BAD worlds .*$/gm)]).toEqual([
    1,
    [expect.stringMatching(/"default"/), expect.stringMatching(/"ci"/)],
  ])
})
