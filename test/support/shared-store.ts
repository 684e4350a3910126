// A store with leases in memory, shared by several servers of one process; the test says when a lease is over.
import { randomUUID } from 'node:crypto'
import { wallNow } from '../../src/server/ticker.ts'
import { copyRecords, type Records } from '../../src/state/collection.ts'
import { credentials } from '../../src/state/credentials.ts'
import type { Claimed, Leases, Replica, Taken } from '../../src/stores/leases.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { removedLives } from '../../src/stores/removed-lives.ts'
import type { Store } from '../../src/stores/store.ts'

/** A world as the database has it. */
interface Row {
  records: Records | undefined
  fence: number
  holder: Member | undefined
  letGoAt: number | undefined
  wakeAt: number | undefined
}

/** A replica as the database has it. */
interface Member {
  readonly self: Replica
  isDead: boolean
  isLeaving: boolean
  /** Told of what it lost. */
  lost: (world: string, why: string) => void
}

/** What a test does to one replica's store. */
export interface SharedStore extends Store {
  readonly leases: Leases
  /** Its lease is over: whoever wants one of its worlds takes it. */
  expire(): void
  /** From now on it cannot be sure, until `learn` is called. */
  doubt(): void
  /** It learns what became of its leases. */
  learn(): void
}

export interface SharedDatabase {
  /** A store for one more replica. @param url where the others reach it */
  store(url: string): SharedStore
  /** Who had which world under which number, in order. */
  readonly log: readonly { readonly world: string; readonly fence: number; readonly url: string }[]
  /** The url of who has a world now. */
  holderOf(world: string): string | undefined
}

export function sharedDatabase(): SharedDatabase {
  const rows = new Map<string, Row>()
  const members: Member[] = []
  const log: { world: string; fence: number; url: string }[] = []
  const lives = removedLives()

  function give(world: string, row: Row, to: Member): void {
    row.holder = to
    row.fence += 1
    log.push({ world, fence: row.fence, url: to.self.url })
  }

  function leasesOf(member: Member, held: Map<string, number>, sure: Doubt): Leases {
    const { self } = member
    const isHeld = (world: string) => held.get(world) === rows.get(world)?.fence
    return {
      self,
      get areSure() {
        return sure.isSure
      },
      confirmed: () => sure.confirmed,
      async start({ lost }) {
        member.lost = lost
      },
      async take(world): Promise<Taken> {
        const row = rows.get(world)
        if (!row?.records) return { by: 'nobody', why: 'no-such-world' }
        if (row.holder === member && isHeld(world)) return { by: 'us', fence: row.fence, idle: 0 }
        if (row.holder && !row.holder.isDead) return { by: 'other', replica: row.holder.self }
        if (member.isLeaving) {
          const other = members.find((each) => each !== member && !each.isDead && !each.isLeaving)
          return other ? { by: 'other', replica: other.self } : { by: 'nobody', why: 'nobody-can' }
        }
        const idle = row.letGoAt === undefined || row.holder ? 0 : wallNow() - row.letGoAt
        give(world, row, member)
        held.set(world, row.fence)
        return { by: 'us', fence: row.fence, idle }
      },
      async claim(world, keys, most): Promise<Claimed> {
        if (rows.get(world)?.records) return { as: 'taken' }
        if (rows.size >= most) return { as: 'too-many' }
        for (const credential of keys) {
          const owner = ownerOf(credential)
          if (owner !== undefined) return { as: 'credential-taken', credential, world: owner }
        }
        const row = { records: undefined, fence: 0, holder: undefined }
        rows.set(world, { ...row, letGoAt: undefined, wakeAt: undefined })
        give(world, rows.get(world) as Row, member)
        held.set(world, rows.get(world)?.fence ?? 0)
        return { as: 'ours' }
      },
      async release(world, wakeAt) {
        const row = rows.get(world)
        if (row && isHeld(world))
          Object.assign(row, { holder: undefined, letGoAt: wallNow(), wakeAt })
        held.delete(world)
      },
      async leave() {
        member.isLeaving = true
      },
      due: async () => [...rows].filter(([, row]) => isDue(row)).map(([world]) => world),
      replicas: async () =>
        members
          .filter(({ isDead }) => !isDead)
          .map(({ self, isLeaving }) => ({ ...self, isLeaving, worlds: countOf(self.id) })),
    }
  }

  function ownerOf(credential: string): string | undefined {
    const owners = [...rows].filter(([, { records }]) =>
      records?.get(credentials.name)?.has(credential),
    )
    return owners[0]?.[0]
  }

  const countOf = (id: string) =>
    [...rows.values()].filter((row) => row.holder?.self.id === id).length

  return {
    log,
    holderOf: (world) => rows.get(world)?.holder?.self.url,
    store(url) {
      const self = { id: randomUUID(), url, key: randomUUID() }
      const member: Member = { self, isDead: false, isLeaving: false, lost() {} }
      members.push(member)
      const held = new Map<string, number>()
      const views = new Map<string, () => Records>()
      const sure = openDoubt()
      const leases = leasesOf(member, held, sure)

      /** The row of a world, where it is still ours. */
      function ours(world: string): Row | undefined {
        const row = rows.get(world)
        if (row && held.get(world) === row.fence) return row
        lose(world)
        return undefined
      }

      function lose(world: string): void {
        // A real one learns of it when it writes: later.
        if (held.delete(world))
          queueMicrotask(() => member.lost(world, 'another replica took it over'))
      }

      const refused = (world: string) =>
        held.has(world) ? undefined : Promise.reject(leaseLost(world))

      return {
        ...memoryStore(),
        lasts: true,
        leases,
        list: async () => [...rows].filter(([, { records }]) => records).map(([world]) => world),
        worldOf: async (credential) => ownerOf(credential),
        async load(world) {
          const records = ours(world)?.records
          return records && copyRecords(records)
        },
        attach: (world, records) => void views.set(world, records),
        commit(world, changes) {
          const records = ours(world)?.records
          for (const { collection, key, after } of records ? changes : []) {
            const byKey = records?.get(collection) ?? new Map<string, object>()
            records?.set(collection, byKey)
            if (after === undefined) byKey.delete(key)
            else byKey.set(key, after)
          }
        },
        rewrite(world) {
          const row = ours(world)
          const records = views.get(world)
          if (row && records) queueMicrotask(() => (row.records = copyRecords(records())))
          if (row) row.records = new Map()
        },
        failure: (world) => (held.has(world) ? undefined : leaseLost(world)),
        flushed: refused,
        logged: refused,
        noteLives(world, count) {
          lives.note(world, count)
          return Promise.resolve()
        },
        livesOf: lives.of,
        async remove(world) {
          if (ours(world)) rows.delete(world)
          held.delete(world)
        },
        expire() {
          member.isDead = true
        },
        doubt: sure.begin,
        learn() {
          for (const world of [...held.keys()]) ours(world)
          sure.end()
        },
      }
    },
  }
}

const leaseLost = (world: string) => new Error(`the lease of ${world} is lost`)

/** Somebody has to look after it now, and nobody living does. */
function isDue({ holder, wakeAt = Number.POSITIVE_INFINITY }: Row): boolean {
  return holder ? holder.isDead : wakeAt <= wallNow()
}

/** Whether a replica is sure of its leases. */
interface Doubt {
  readonly isSure: boolean
  readonly confirmed: Promise<void>
  begin(): void
  end(): void
}

function openDoubt(): Doubt {
  let isSure = true
  let confirmed = Promise.resolve()
  let end = () => {}
  return {
    get isSure() {
      return isSure
    },
    get confirmed() {
      return confirmed
    },
    begin() {
      isSure = false
      confirmed = new Promise((done) => {
        end = done
      })
    },
    end() {
      isSure = true
      end()
    },
  }
}
