// What a state folder holds and survives; what all stores promise is in promises.test.ts.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Change, Records } from '../../src/state/collection.ts'
import { headerLine, type LogHeader } from '../../src/stores/change-log.ts'
import { openSealed, sealedLines } from '../../src/stores/checksum.ts'
import { type Disk, realDisk } from '../../src/stores/disk.ts'
import { type LowdbOptions, lowdbStore } from '../../src/stores/lowdb.ts'
import { BrokenWorld, type Store, StoreError } from '../../src/stores/store.ts'
import { foldersOf } from '../support/folders.ts'

const newFolder = foldersOf('stores')

const open = (dir: string, options: Partial<LowdbOptions> = {}) =>
  lowdbStore({ dir, version: '1.2.3', durability: 'written', ...options })

/** A world as the state keeps one: maps that commits have already changed. */
function live(store: Store, world = 'default', records: Records = new Map()) {
  store.attach(world, () => records)
  return {
    records,
    async write(...changes: [collection: string, key: string, value: object | undefined][]) {
      const committed = changes.map(([collection, key, after]): Change => {
        const byKey = records.get(collection) ?? new Map<string, object>()
        const before = byKey.get(key)
        records.set(collection, byKey)
        if (after) byKey.set(key, after)
        else byKey.delete(key)
        return { collection, key, before, after }
      })
      store.commit(world, committed)
      await store.flushed(world)
    },
  }
}

/** Records as plain objects, without the collections that hold nothing. */
function plain(records: Records | undefined) {
  return (
    records &&
    Object.fromEntries(
      [...records]
        .filter(([, byKey]) => byKey.size > 0)
        .map(([name, byKey]) => [name, Object.fromEntries(byKey)]),
    )
  )
}

/** What a process that opens this folder finds; the folder itself stays as it is. */
async function found(dir: string, world = 'default', warn?: (sentence: string) => void) {
  const copy = newFolder()
  cpSync(dir, copy, { recursive: true })
  rmSync(join(copy, '.esimulator.lock'), { recursive: true, force: true })
  const store = await open(copy, warn && { warn })
  try {
    return plain(await store.load(world))
  } finally {
    await store.close()
  }
}

/** Every file of a folder with its bytes, the lock's aside. */
function bytesIn(dir: string) {
  const names = readdirSync(dir).filter((name) => !name.startsWith('.esimulator'))
  return Object.fromEntries(
    names.sort().map((name) => [name, readFileSync(join(dir, name)).toString('base64')]),
  )
}

/** A line as version 0.1.0 wrote it. */
const line = (n: number, ...changes: [string, string, object | null][]) =>
  `${JSON.stringify({ n, changes })}\n`

/** A log as it is written now: a header, and a checksum before every line. */
function log(lines: string, header: Partial<LogHeader> = {}): string {
  const texts = lines.split('\n').slice(0, -1)
  const first = headerLine({ world: 'default', generation: 'first', ...header })
  return `${first}${texts.length > 0 ? sealedLines(texts) : ''}`
}

/** What a log holds: its header and lines, each with its checksum looked at. */
function logLines(file: string): object[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((text) => JSON.parse(openSealed(Buffer.from(text)) ?? text) as object)
}

const base = (logged: number, collections: object, header: object = {}) =>
  JSON.stringify({
    format: 1,
    writtenBy: 'esimulator 1.2.3',
    world: 'default',
    logged,
    ...header,
    collections,
  })

function folderWith(files: Record<string, string>) {
  const dir = newFolder()
  mkdirSync(dir)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
  return dir
}

test('what was written is there after a kill, though no base was ever written', async () => {
  const dir = newFolder()
  const store = await open(dir)
  const world = live(store)
  await world.write(['sims', '1', { state: 'active' }])
  await world.write(['sims', '1', { state: 'ceased' }])
  expect(readdirSync(dir)).not.toContain('default.json')
  expect(await found(dir)).toEqual({ sims: { 1: { state: 'ceased' } } })
  await store.close()
})

test('a world goes on where it was killed, and its log with it', async () => {
  const dir = folderWith({
    'default.json': base(1, { sims: { 1: { n: 1 } } }),
    'default.log': line(2, ['sims', '2', { n: 2 }]),
  })
  const store = await open(dir)
  const world = live(store, 'default', await store.load('default'))
  await world.write(['sims', '3', { n: 3 }])
  expect(logLines(join(dir, 'default.log'))).toEqual([
    { n: 2, changes: [['sims', '2', { n: 2 }]] },
    { format: 2, world: 'default', generation: expect.any(String) },
    { n: 3, changes: [['sims', '3', { n: 3 }]] },
  ])
  await store.close()
  expect(await found(dir)).toEqual({ sims: { 1: { n: 1 }, 2: { n: 2 }, 3: { n: 3 } } })
})

test('a state file can be read by a person: one record a line', async () => {
  const dir = newFolder()
  const store = await open(dir)
  live(store).write(
    ['sims', '1', { state: 'active' }],
    ['sims', '2', { state: 'ceased' }],
    ['orders', 'a', { total: 1 }],
  )
  await store.close()
  expect(readdirSync(dir)).toEqual(['default.json'])
  expect(readFileSync(join(dir, 'default.json'), 'utf8').split('\n')).toEqual([
    '{',
    '  "format": 1,',
    '  "writtenBy": "esimulator 1.2.3",',
    '  "world": "default",',
    '  "logged": 1,',
    expect.stringMatching(/^ {2}"generation": "[0-9a-f]{16}",$/),
    expect.stringMatching(/^ {2}"checksum": "[0-9a-f]{8}",$/),
    '  "collections": {',
    '    "sims": {',
    '      "1": {"state":"active"},',
    '      "2": {"state":"ceased"}',
    '    },',
    '    "orders": {',
    '      "a": {"total":1}',
    '    }',
    '  }',
    '}',
    '',
  ])
})

test.each([0, 1, 499, 500, 501, 1000, 1001])('a base of %i records is whole', async (count) => {
  const dir = newFolder()
  const store = await open(dir)
  const world = live(store)
  world.write(
    ...Array.from({ length: count }, (_, n): [string, string, object] => ['a', `k${n}`, { n }]),
    ['b', 'last', {}],
  )
  await store.close()
  const kept = await found(dir)
  expect(kept).toEqual(plain(world.records))
})

test('a stop without changes writes nothing', async () => {
  const dir = folderWith({ 'default.json': base(3, { sims: { 1: { n: 1 } } }) })
  const before = bytesIn(dir)
  const store = await open(dir)
  const records = await store.load('default')
  if (records) store.attach('default', () => records)
  await store.close()
  expect(bytesIn(dir)).toEqual(before)
})

test('worlds are kept apart and listed, whatever their names', async () => {
  const dir = newFolder()
  const files = ['a.log', 'a.log.old', 'a.json', 'a.removed', 'a.json.broken-1', 'a.json.new']
  const devices = ['con', 'CON', 'nul', 'Nul.x', 'aux.json', 'com1', 'lpt9.log', 'prn.', '_con']
  const names = ['a', 'A', 'a.', '..', '.hidden', 'CI-42', '__proto__', 'constructor']
  names.push(...files, ...devices, 'x'.repeat(64), 'X'.repeat(64))
  const store = await open(dir)
  for (const name of names) live(store, name).write(['me', 'name', { name }])
  await store.close()
  writeFileSync(join(dir, 'notes.txt'), 'not ours')

  const again = await open(dir)
  expect(new Set(await again.list())).toEqual(new Set(names))
  for (const name of names)
    expect(plain(await again.load(name))).toEqual({ me: { name: { name } } })
  await again.close()
  expect(readFileSync(join(dir, 'notes.txt'), 'utf8')).toBe('not ours')
  const lower = readdirSync(dir).map((file) => file.toLowerCase())
  expect(new Set(lower).size).toBe(names.length + 1)
  expect(lower.filter((file) => /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|[. ]$/.test(file))).toEqual(
    [],
  )
})

test.each(['', '../x', 'a/b', 'a+b', 'x'.repeat(65), 'é'])('%j names no world', async (name) => {
  const store = await open(newFolder())
  await expect(store.load(name)).rejects.toThrow(StoreError)
  await store.close()
})

test('a world removed can be made anew at once, and nothing of the old one comes back', async () => {
  const dir = newFolder()
  const store = await open(dir)
  await live(store).write(['sims', '1', { n: 1 }])
  const removed = store.remove('default')
  await live(store).write(['sims', '2', { n: 2 }])
  await removed
  expect(await found(dir)).toEqual({ sims: { 2: { n: 2 } } })
  await store.close()
  expect(await found(dir)).toEqual({ sims: { 2: { n: 2 } } })
})

test('a world whose files are being read can neither be made anew nor be read twice', async () => {
  const dir = newFolder()
  const store = await open(dir)
  const loaded = store.load('default')
  expect(() => live(store)).toThrow('world default is being loaded')
  await expect(store.load('default')).rejects.toThrow('world default is open already')
  expect(await loaded).toBeUndefined()
  await live(store).write(['sims', '1', { n: 1 }])
  expect(await found(dir)).toEqual({ sims: { 1: { n: 1 } } })
  await store.close()
})

/** A disk that removes nothing whose name a test names. */
function keepingDisk(isKept: (file: string) => boolean): Disk {
  const remove = async (file: string) => {
    if (isKept(file)) throw Object.assign(new Error('EBUSY: in use'), { code: 'EBUSY' })
    await realDisk.remove(file)
  }
  return { ...realDisk, remove }
}

test('a process that ends while a world is being removed leaves it, and nothing of the next of its name', async () => {
  const dir = folderWith({ 'default.json': base(1, { sims: { 1: { n: 1 } } }) })
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const rename: Disk['rename'] = async (from, to) => {
    await held
    await realDisk.rename(from, to)
  }
  const store = await open(dir, { disk: { ...realDisk, rename } })
  await store.load('default')
  const removed = store.remove('default')
  live(store, 'default', new Map([['sims', new Map([['2', { n: 2 }]])]]))
  store.rewrite('default')
  store.writeNow()
  expect(await found(dir)).toEqual({ sims: { 1: { n: 1 } } })
  letGo()
  await removed
  await store.flushed('default')
  expect(await found(dir)).toEqual({ sims: { 2: { n: 2 } } })
  await store.close()
})

test('a stop says what it did not keep: a world whose name is not rid of the files of an earlier one', async () => {
  const dir = newFolder()
  const disk = keepingDisk((file) => file.endsWith('.removed'))
  const store = await open(dir, { disk })
  await live(store).write(['sims', '1', { n: 1 }])
  await store.remove('default')
  await expect(live(store).write(['sims', '2', { n: 2 }])).rejects.toThrow('EBUSY')
  await expect(store.close()).rejects.toThrow('EBUSY')
  expect(await found(dir)).toBeUndefined()
})

test.each([
  ['half a line', '{"n":3,"changes":[["sims","3",{"n"'],
  ['a line without its end', line(3, ['sims', '3', { n: 3 }]).trimEnd()],
  ['zeros, as after a power cut', '\0'.repeat(64)],
  ['a last line of nonsense', '{"n":3,"chang\n'],
])('a log that ends in %s is read up to there, and that is said', async (_, torn) => {
  const whole = line(2, ['sims', '2', { n: 2 }])
  const dir = folderWith({
    'default.json': base(1, { sims: { 1: { n: 1 } } }),
    'default.log': whole + torn,
  })
  const said: string[] = []
  const store = await open(dir, { warn: (sentence) => said.push(sentence) })
  const records = await store.load('default')
  expect(plain(records)).toEqual({ sims: { 1: { n: 1 }, 2: { n: 2 } } })
  const end = torn.endsWith('\n') ? 'a damaged line' : 'a line that was never finished'
  expect(said).toEqual([`${join(dir, 'default.log')} ends in ${end}: that last change was dropped`])

  await live(store, 'default', records).write(['sims', '4', { n: 4 }])
  expect(logLines(join(dir, 'default.log'))).toMatchObject([
    { n: 2 },
    { format: 2 },
    { n: 3, changes: [['sims', '4', { n: 4 }]] },
  ])
  await store.close()
})

const unusable: [string, Record<string, string>, string][] = [
  ['a base that is no JSON', { 'default.json': '{"format":1,' }, 'default.json is not JSON'],
  ['an empty base', { 'default.json': '' }, 'default.json is not JSON'],
  ['a base that is a list', { 'default.json': '[]' }, 'is not a state file of esimulator'],
  ['a base without a format', { 'default.json': '{"collections":{}}' }, 'it has no "format"'],
  [
    'a base without collections',
    { 'default.json': '{"format":1,"logged":0}' },
    '"collections" is no object',
  ],
  [
    'a record that is none',
    { 'default.json': base(0, { sims: { 1: 'active' } }) },
    '"1" in "sims" is no record',
  ],
  [
    'garbage in the middle of a log',
    { 'default.log': `${line(1, ['sims', '1', {}])}garbage\n${line(2, ['sims', '2', {}])}` },
    'default.log line 2 is damaged',
  ],
  [
    'a log line of another shape',
    { 'default.log': `{"n":1,"changes":[["sims",1,{}]]}\n${line(2)}` },
    'default.log line 1 is damaged',
  ],
  [
    'a log whose base is missing',
    { 'default.log': line(5, ['sims', '1', {}]) },
    'default.log line 1 is change 5, but what is kept before it ends at 0',
  ],
  [
    'a changed byte in the middle of a log',
    {
      'default.log': log(
        line(1, ['sims', '1', { n: 1 }]) + line(2, ['sims', '1', { n: 2 }]),
      ).replace('"1",{"n":1}', '"1",{"n":7}'),
    },
    'default.log line 2 is damaged',
  ],
  [
    'a line without a checksum in a log that has them',
    { 'default.log': `${log(line(1, ['sims', '1', {}]))}${line(2)}${line(3)}` },
    'default.log line 3 is damaged',
  ],
  [
    'nothing but one line, with a changed byte',
    { 'default.log': log(line(1, ['sims', '1', { n: 1 }])).replace('"n":1}', '"n":7}') },
    'the first line of',
  ],
  [
    'a log of another life of its world',
    {
      'default.json': base(1, {}, { generation: 'second' }),
      'default.log': log(line(2, ['sims', '1', {}])),
    },
    'default.log does not go with the base beside it',
  ],
  [
    'a log without the old log before it',
    { 'default.json': base(2, {}), 'default.log': line(4, ['sims', '1', {}]) },
    'is change 4, but what is kept before it ends at 2',
  ],
]

const newer = [
  [
    'a base of a newer format',
    { 'default.json': '{"format":7,"world":"default","rows":[]}' },
    'default.json was written by a newer esimulator (format 7; this one reads 1): upgrade, or start with another --state folder',
  ],
  [
    'a log of a newer format',
    { 'default.log': String(sealedLines(['{"format":3,"world":"default","generation":"first"}'])) },
    'default.log was written by a newer esimulator (format 3; this one reads 2): upgrade, or start with another --state folder',
  ],
  [
    'a base of another world',
    { 'default.json': base(1, {}, { world: 'ci' }) },
    'default.json holds the world "ci", and by its name the world "default": give the file its own name back, or take it out and PUT it to /w/default/_sim/state',
  ],
  [
    'a log of another world',
    { 'default.log': log(line(1, ['sims', '1', {}]), { world: 'ci' }) },
    'default.log holds the world "ci", and by its name the world "default"',
  ],
  [
    'a base whose records are of another world than it says',
    { 'default.json': base(1, { world: { world: { id: 'world', name: 'ci' } } }) },
    'default.json holds the world "ci", and by its name the world "default"',
  ],
] as const

test.each([...unusable, ...newer])(
  '%s is refused in one sentence and left as it is',
  async (_, files, sentence) => {
    const dir = folderWith(files)
    const before = bytesIn(dir)
    const store = await open(dir)
    const refusal = await store.load('default').catch((error) => error)
    expect(refusal).toBeInstanceOf(StoreError)
    expect(refusal.message).toContain(sentence)
    expect(refusal.message).not.toContain('\n')
    await store.close()
    expect(bytesIn(dir)).toEqual(before)
  },
)

test.each(unusable)('%s can be set aside, and the world made anew', async (_, files) => {
  const dir = folderWith(files)
  const before = bytesIn(dir)
  const store = await open(dir)
  await expect(store.load('default')).rejects.toThrow(BrokenWorld)
  const names = Object.keys(before).map((name) => join(dir, `${name}.broken-1`))
  expect(await store.setAside('default')).toEqual(names)
  expect(await store.list()).toEqual([])
  await live(store).write(['sims', '5', { n: 5 }])
  expect(await found(dir)).toEqual({ sims: { 5: { n: 5 } } })
  await store.setAside('default')
  expect(await store.list()).toEqual([])
  await store.close()
  expect(bytesIn(dir)).toMatchObject(
    Object.fromEntries(Object.entries(before).map(([name, text]) => [`${name}.broken-1`, text])),
  )
  expect(readdirSync(dir)).toContain('default.log.broken-2')
})

test.each(newer)('%s is not taken for a damaged one', async (_, files) => {
  const store = await open(folderWith(files))
  const refusal = await store.load('default').catch((error) => error)
  expect(refusal).not.toBeInstanceOf(BrokenWorld)
  await store.close()
})

test.each([
  ['an empty log', { 'default.log': '' }],
  ['a log that was never finished', { 'default.log': '{"n":1,"replaces":true,"chan' }],
  ['a log with nothing but its header', { 'default.log': log('') }],
  ['a header that was never finished', { 'default.log': log('').slice(0, 30) }],
])('a beginning of which there is %s is none, and leaves nothing', async (_, files) => {
  const dir = folderWith(files)
  const warn = vi.fn()
  const store = await open(dir, { warn })
  expect(await store.load('default')).toBeUndefined()
  expect(bytesIn(dir)).toEqual({})
  expect(warn).not.toHaveBeenCalled()
  await live(store).write(['sims', '1', { n: 1 }])
  expect(await found(dir)).toEqual({ sims: { 1: { n: 1 } } })
  await store.close()
})

test('a changed byte in a base is told, and so is an edit; the world opens', async () => {
  const dir = newFolder()
  const first = await open(dir)
  await live(first).write(['sims', '1', { state: 'active' }])
  await first.close()
  const file = join(dir, 'default.json')
  const text = readFileSync(file, 'utf8')
  for (const changed of [text.replace('active', 'bctive'), `${text}\n`, text]) {
    writeFileSync(file, changed)
    const warn = vi.fn()
    const store = await open(dir, { warn })
    expect((await store.load('default'))?.get('sims')?.size).toBe(1)
    const told = `${file} is not as esimulator wrote it, its checksum is another: where nobody edited it, look at it or bring back a copy`
    expect(warn.mock.calls).toEqual(changed === text ? [] : [[told]])
    await store.close()
  }
})

test('a removal that a crash cut short is finished, at whatever file it was', async () => {
  const rest = { 'default.log.old': second, 'default.log': third }
  for (const left of [rest, { 'default.log.old': second }, {}]) {
    const dir = folderWith({
      'default.removed': oldBase,
      ...left,
      'other.json': base(0, {}, { world: 'other' }),
    })
    const store = await open(dir)
    expect(await store.list()).toEqual(['other'])
    await store.close()
    expect(readdirSync(dir)).toEqual(['other.json'])
  }
})

test('a base that was never finished is deleted', async () => {
  const dir = folderWith({
    'ci.json.new': '{',
    '.ci.json.new.tmp': '{',
    'notes.json.new': '{',
    'a b.json.new': '',
  })
  await (await open(dir)).close()
  expect(readdirSync(dir)).toEqual(['a b.json.new'])
})

test.skipIf(process.platform === 'win32')(
  'files and folders are their owner’s alone, and those of older versions become so',
  async () => {
    const above = newFolder()
    const dir = join(above, 'state')
    const store = await open(dir)
    await live(store).write(['sims', '1', { n: 1 }])
    await live(store, 'ci').write(['sims', '1', { n: 1 }])
    await store.remove('ci')
    const modeOf = (file: string) => statSync(file).mode & 0o777
    expect([modeOf(above), modeOf(dir)]).toEqual([0o700, 0o700])
    expect(modeOf(join(dir, 'default.log'))).toBe(0o600)
    await store.close()
    expect(modeOf(join(dir, 'default.json'))).toBe(0o600)

    chmodSync(join(dir, 'default.json'), 0o644)
    writeFileSync(join(dir, 'default.log'), line(2), { mode: 0o664 })
    writeFileSync(join(dir, 'notes.txt'), '', { mode: 0o644 })
    await (await open(dir)).close()
    const modes = ['default.json', 'default.log', 'notes.txt'].map((name) =>
      modeOf(join(dir, name)),
    )
    expect(modes).toEqual([0o600, 0o600, 0o644])
  },
)

test('a base that cannot be read is refused with the reason', async () => {
  const dir = newFolder()
  mkdirSync(join(dir, 'default.json'), { recursive: true })
  const store = await open(dir)
  await expect(store.load('default')).rejects.toThrow(
    new StoreError(
      `cannot read ${join(dir, 'default.json')}: a folder stands in its place (EISDIR)`,
    ),
  )
  await store.close()
})

test('a folder that cannot be made is refused with the reason', async () => {
  const dir = folderWith({ file: '' })
  await expect(open(join(dir, 'file', 'state'))).rejects.toThrow(StoreError)
  await expect(open(join(dir, 'file'))).rejects.toThrow(
    new StoreError(
      `cannot use state folder ${join(dir, 'file')}: a file stands where a folder should be (ENOTDIR): choose another with --state DIR, or --ephemeral`,
    ),
  )
})

test('a world that version 0.1.0 called like a device keeps its state', async () => {
  const dir = folderWith({
    'con.json': base(1, { sims: { 1: { n: 1 } } }, { world: 'con' }),
    'con.log': line(2, ['sims', '2', { n: 2 }]),
    'console.json': base(1, {}, { world: 'console' }),
  })
  const store = await open(dir)
  expect(await store.list()).toEqual(['con', 'console'])
  expect(plain(await store.load('con'))).toEqual({ sims: { 1: { n: 1 }, 2: { n: 2 } } })
  await store.close()
  expect(readdirSync(dir)).toEqual(['+_con.json', '+_con.log', 'console.json'])
})

test('a folder in use is refused, and free again after a stop', async () => {
  const dir = newFolder()
  const first = await open(dir)
  await expect(open(dir)).rejects.toThrow(
    new StoreError(
      `state folder ${dir} is in use by process ${process.pid}: stop it, or use another --state folder`,
    ),
  )
  await first.close()
  await (await open(dir)).close()
  expect(readdirSync(dir)).toEqual([])
})

function heldBy(pid: number) {
  const dir = folderWith({ '.esimulator.owner': JSON.stringify({ pid, host: hostname() }) })
  mkdirSync(join(dir, '.esimulator.lock'))
  return dir
}

test('a folder held by a living process is refused', async () => {
  await expect(open(heldBy(process.ppid))).rejects.toThrow(
    `is in use by process ${process.ppid}: stop it`,
  )
})

test('a folder held by a process that is gone is taken over at once', async () => {
  const gone = spawnSync(process.execPath, ['--version']).pid
  await (await open(heldBy(gone))).close()
})

test('a folder held by this very pid before a container restarted is taken over at once', async () => {
  await (await open(heldBy(process.pid))).close()
})

test('of many that find a dead holder at once, one gets the folder', async () => {
  const dir = heldBy(spawnSync(process.execPath, ['--version']).pid)
  const tries = await Promise.allSettled(Array.from({ length: 5 }, () => open(dir)))
  expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  for (const one of tries) if (one.status === 'fulfilled') await one.value.close()
})

test('a store that lost its lock writes nothing more and says so', async () => {
  const dir = newFolder()
  const warn = vi.fn()
  const store = await open(dir, { warn })
  const world = live(store)
  await world.write(['sims', '1', { n: 1 }])
  rmdirSync(join(dir, '.esimulator.lock'))
  await vi.waitFor(() => expect(store.failure('default')).toBeDefined(), {
    timeout: 5_000,
    interval: 50,
  })
  const before = bytesIn(dir)
  await expect(world.write(['sims', '2', { n: 2 }])).rejects.toThrow('was taken by another process')
  await expect(store.close()).rejects.toThrow('was taken by another process')
  expect(warn.mock.calls[0]?.[0]).toContain('was taken by another process')
  expect(bytesIn(dir)).toEqual(before)
})

const before = { 1: { n: 1 }, 2: { n: 2 } }
const all = { ...before, 3: { n: 3 }, 4: { n: 4 } }
const second = line(2, ['sims', '2', { n: 2 }])
const third = line(3, ['sims', '3', { n: 3 }])
const fourth = line(4, ['sims', '4', { n: 4 }])
const oldBase = base(1, { sims: { 1: { n: 1 } } })
const newBase = base(3, { sims: { ...before, 3: { n: 3 } } })

// The moments of a compaction, in order. A crash leaves the folder as it was between two of them.
test.each<[string, Record<string, string>]>([
  ['before it', { 'default.json': oldBase, 'default.log': second + third + fourth }],
  [
    'when the log was set aside',
    { 'default.json': oldBase, 'default.log.old': second + third + fourth },
  ],
  [
    'when changes went on in a new log',
    { 'default.json': oldBase, 'default.log.old': second + third, 'default.log': fourth },
  ],
  [
    'when half a base was written',
    {
      'default.json': oldBase,
      'default.log.old': second + third,
      'default.log': fourth,
      '.default.json.new.tmp': newBase.slice(0, 40),
    },
  ],
  [
    'when the new base was not yet in place',
    {
      'default.json': oldBase,
      'default.log.old': second + third,
      'default.log': fourth,
      'default.json.new': newBase,
    },
  ],
  [
    'when the new base was in place',
    { 'default.json': newBase, 'default.log.old': second + third, 'default.log': fourth },
  ],
  ['when the old log was gone', { 'default.json': newBase, 'default.log': fourth }],
  [
    'when the base was ahead of the logs',
    { 'default.json': base(4, { sims: all }), 'default.log.old': second, 'default.log': third },
  ],
])('a crash in a compaction loses nothing: %s', async (_, files) => {
  const dir = folderWith(files)
  const store = await open(dir)
  expect(await store.list()).toEqual(['default'])
  const records = await store.load('default')
  expect(plain(records)).toEqual({ sims: all })
  const world = live(store, 'default', records)
  await world.write(['sims', '5', { n: 5 }])
  expect(await found(dir)).toEqual({ sims: { ...all, 5: { n: 5 } } })
  await store.close()
  expect(readdirSync(dir).filter((name) => name.startsWith('default'))).toEqual(
    expect.arrayContaining(['default.json']),
  )
  expect(await found(dir)).toEqual({ sims: { ...all, 5: { n: 5 } } })
})

test('a log that outgrew its base becomes a new base while changes go on', async () => {
  const dir = newFolder()
  const store = await open(dir)
  const world = live(store)
  const pad = 'x'.repeat(10_000)
  let bases = 0
  for (let n = 0; n < 500; n++) {
    await world.write(['sims', String(n % 10), { n, pad }])
    if (n % 100 !== 99 || n < 200) continue
    // By then the log has outgrown it; how fast a base is written is the disk's business.
    await vi.waitFor(() => expect(existsSync(join(dir, 'default.json'))).toBe(true), 5_000)
    bases += 1
  }
  expect(bases).toBeGreaterThan(1)
  expect(await found(dir)).toEqual(plain(world.records))
  await store.close()
  expect(readdirSync(dir)).toEqual(['default.json'])
  expect(await found(dir)).toEqual(plain(world.records))
})

test('a base that cannot be replaced refuses no write: the log holds the changes, and that is said', async () => {
  const dir = newFolder()
  const warn = vi.fn()
  const store = await open(dir, { warn })
  const world = live(store)
  mkdirSync(join(dir, 'default.json', 'in-the-way'), { recursive: true })
  for (let n = 0; n < 3; n++) await world.write(['sims', String(n), { pad: 'x'.repeat(600_000) }])
  await vi.waitFor(
    () => expect(warn.mock.calls[0]?.[0]).toContain(`cannot write ${join(dir, 'default.json')}`),
    { timeout: 5_000 },
  )
  expect(store.failure('default')).toBeUndefined()
  rmSync(join(dir, 'default.json'), { recursive: true })
  expect(await found(dir)).toEqual(plain(world.records))
  await store.close()
  expect(await found(dir)).toEqual(plain(world.records))
}, 10_000)

test.each(['buffered', 'written'] as const)(
  'with durability %s a commit is in the log when it returns',
  async (durability) => {
    const dir = newFolder()
    const store = await open(dir, { durability })
    const world = live(store)
    await world.write(['sims', '0', { n: 0 }])
    for (const n of [1, 2, 3]) {
      world.write(['sims', String(n), { n }])
      expect(store.flushed('default')).toBeUndefined()
      expect(await found(dir)).toEqual(plain(world.records))
    }
    await store.close()
  },
)

test('with durability synced a reply waits for the disk, many for one wait of it', async () => {
  const dir = newFolder()
  const store = await open(dir, { durability: 'synced' })
  const world = live(store)
  await world.write(['sims', '0', { n: 0 }])
  world.write(['sims', '1', { n: 1 }])
  const first = store.flushed('default')
  for (const n of [2, 3, 4]) world.write(['sims', String(n), { n }])
  const others = [store.flushed('default'), store.flushed('default')]
  expect(new Set([first, ...others]).size).toBe(2)
  await others[0]
  expect(store.flushed('default')).toBeUndefined()
  expect(await found(dir)).toEqual(plain(world.records))
  await store.close()
})

test('a full disk is said, refuses writes, and is got over; what was refused is not kept', async ({
  skip,
}) => {
  skip(!existsSync('/dev/full'), 'needs /dev/full')
  const dir = newFolder()
  const warn = vi.fn()
  const store = await open(dir, { warn })
  const world = live(store)
  const log = join(dir, 'default.log')
  symlinkSync('/dev/full', log)
  await expect(world.write(['sims', '1', { n: 1 }])).rejects.toThrow(
    `cannot write ${log}: the disk is full (ENOSPC)`,
  )
  expect(store.failure('default')?.message).toContain('refuses writes')
  // Its transaction is undone.
  world.records.get('sims')?.delete('1')
  rmSync(log)
  await vi.waitFor(() => expect(store.failure('default')).toBeUndefined(), {
    timeout: 5_000,
    interval: 20,
  })
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining('the disk is full')],
    [`${log} can be written again: world default is kept`],
  ])
  await world.write(['sims', '2', { n: 2 }])
  expect(await found(dir)).toEqual({ sims: { 2: { n: 2 } } })
  await store.close()
})

test('a log that cannot be opened refuses writes, and a stop still saves all of it in the base', async () => {
  const dir = newFolder()
  const store = await open(dir)
  const world = live(store)
  mkdirSync(join(dir, 'default.log', 'in-the-way'), { recursive: true })
  await expect(world.write(['sims', '1', { n: 1 }])).rejects.toThrow(
    'a folder stands in its place (EISDIR)',
  )
  await store.close()
  rmSync(join(dir, 'default.log'), { recursive: true })
  expect(await found(dir)).toEqual({ sims: { 1: { n: 1 } } })
})

test('a stop that cannot keep what is pending says so', async () => {
  const dir = newFolder()
  const store = await open(dir)
  const world = live(store)
  mkdirSync(join(dir, 'default.log', 'x'), { recursive: true })
  mkdirSync(join(dir, 'default.json', 'x'), { recursive: true })
  await expect(world.write(['sims', '1', { n: 1 }])).rejects.toThrow('EISDIR')
  await expect(store.close()).rejects.toThrow(`cannot write ${join(dir, 'default.log')}`)
  await expect(open(dir).then((again) => again.close())).resolves.toBeUndefined()
})

test('a log or base that is no regular file is refused, and not read for ever', async () => {
  for (const name of ['default.log', 'default.json']) {
    const dir = folderWith({})
    symlinkSync('/dev/zero', join(dir, name))
    const store = await open(dir)
    await expect(store.load('default')).rejects.toThrow(
      new StoreError(`cannot read ${join(dir, name)}: it is not a regular file`),
    )
    await store.close()
  }
})

test('a folder below one that takes none is refused, and not tried for ever', async () => {
  await expect(open('/proc/esimulator/state')).rejects.toThrow(
    /cannot use state folder \/proc\/esimulator\/state/,
  )
})
