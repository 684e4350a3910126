// accounts-orders against models: pages while records come and go, subscriptions and orders.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Page, type PageStart, pageOf } from '../../src/simulators/accounts-orders/pages.ts'
import {
  type CollectionDef,
  defineCollection,
  SEPARATOR,
  sortable,
} from '../../src/state/collection.ts'
import { defined } from '../../src/state/defined.ts'
import { fields, instant, text } from '../../src/state/shape.ts'
import { openWorld } from '../../src/state/world.ts'
import { emptyWorld } from '../../src/state/world-records.ts'
import {
  ACTIVATION,
  BY_API,
  type Schemas,
  SUBSCRIPTION,
  startEnterprise,
} from '../support/accounts-orders.ts'

interface Row {
  readonly id: string
  readonly group: string
  readonly at: number
}

const rows: CollectionDef<Row> = defineCollection<Row>({
  name: 'rows',
  key: ({ id }) => id,
  shape: fields<Row>({ id: text, group: text, at: instant }),
  indexes: {
    at: ({ at }) => sortable(at),
    group: ({ group, at }) => group + SEPARATOR + sortable(at),
  },
})

const newWorld = () =>
  openWorld(emptyWorld({ name: 'w', seed: 's', start: { mode: 'frozen', rate: 1 } }, 0), {
    wall: () => 0,
    react: () => {},
    beforeCommit: () => {},
    committed: () => {},
  })

const row = fc.record({
  id: fc.integer({ min: 0, max: 60 }).map((n) => `r${n}`),
  group: fc.constantFrom('a', 'ab', 'b'),
  at: fc.nat(20),
})
/** What happens between two pages: records put (some move) and records deleted. */
const events = fc.array(
  fc.record({
    put: fc.array(row, { maxLength: 4 }),
    gone: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
  }),
  { maxLength: 30 },
)

test('while records come and go, pages repeat nothing and leave out nothing that was there all the time', () => {
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 60 }),
      events,
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      fc.constantFrom(undefined, 'a', 'b'),
      fc.boolean(),
      (initial, meanwhile, limit, newestFirst, under, odd) => {
        const world = newWorld()
        const fresh = new Map(initial.map((each) => [each.id, each]))
        world.transaction(() => {
          for (const each of fresh.values()) world.in(rows).put(each)
        })
        const touched = new Set<string>()
        const keep = odd ? ({ at }: Row) => at % 2 === 1 : undefined
        const index = under ? 'group' : 'at'
        const selection = keep && { name: 'odd', fits: keep }
        const listing = defined({ of: rows, index, newestFirst, under, selection })
        const belongs = (each: Row) =>
          (under === undefined || each.group === under) && (keep === undefined || keep(each))
        const seen: Row[] = []
        let after: PageStart | undefined
        let last: Page<Row> | undefined
        for (let page = 0; page < 200; page += 1) {
          const found = pageOf(world, listing, after, limit)
          expect(found.records.length).toBeLessThanOrEqual(limit)
          expect(found.records.every(belongs)).toBe(true)
          seen.push(...found.records)
          last = found
          if (found.next === undefined) break
          after = found.next
          const { put = [], gone = [] } = meanwhile[page] ?? {}
          world.transaction(() => {
            // New ids only: a record whose time changes is another one to a list ordered by time.
            for (const each of put) {
              const id = `${each.id}-${page}`
              touched.add(id)
              world.in(rows).put({ ...each, id })
            }
            for (const each of gone) {
              touched.add(`r${each}`)
              world.in(rows).delete(`r${each}`)
            }
          })
        }
        const ids = seen.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        const order = [...seen].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
        expect(seen).toEqual(newestFirst ? order.reverse() : order)
        const stayed = [...fresh.values()]
          .filter((each) => belongs(each) && !touched.has(each.id))
          .map(({ id }) => id)
        expect(stayed.filter((id) => !ids.includes(id))).toEqual([])

        // Back again, while nothing happens: all that is there now.
        const back: Row[] = [...(last?.records ?? [])]
        for (let prev = last?.prev; prev !== undefined; ) {
          const found: Page<Row> = pageOf(world, listing, prev, limit)
          expect(found.records.length).toBeLessThanOrEqual(limit)
          expect(found.next).toBeDefined()
          back.unshift(...found.records)
          prev = found.prev
        }
        const now = [...world.in(rows).values()]
          .filter(belongs)
          .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
        expect(back).toEqual(newestFirst ? now.reverse() : now)
      },
    ),
    { numRuns: 300, seed: 1 },
  )
})

type Move = 'suspend' | 'resume' | 'swap' | 'wait' | 'settle' | 'cancel next' | 'use' | 'text'
const moves = fc.array(
  fc.constantFrom<Move>(
    'suspend',
    'resume',
    'swap',
    'wait',
    'settle',
    'cancel next',
    'use',
    'text',
  ),
  {
    minLength: 1,
    maxLength: 25,
  },
)
const BODIES = {
  suspend: { type: 'suspend_subscription', subscription_id: SUBSCRIPTION },
  resume: { type: 'resume_subscription', subscription_id: SUBSCRIPTION },
  swap: {
    type: 'change_sim_profile',
    subscription_id: SUBSCRIPTION,
    sim_profile: BY_API,
    reason: 'damaged',
  },
}

test('a subscription is what its completed orders made of it, whatever is ordered, canceled and refused on the way', async () => {
  await using sim = await startEnterprise()
  await fc.assert(
    fc.asyncProperty(moves, async (sequence) => {
      await sim.reset()
      await sim.set('accounts-orders', { orderOutcome: null })
      let model: {
        suspended: boolean
        iccid: string
        pending?: { type: keyof typeof BODIES; order: Schemas['Order']; minutes: number }
      } = {
        suspended: false,
        iccid: await sim.iccidOf(),
      }
      let outcome: 'completed' | 'canceled' = 'completed'
      const pass = async (minutes: number) => {
        await sim.clock.advance(`PT${minutes}M`)
        const { pending } = model
        if (!pending) return
        if (pending.minutes > minutes) {
          model = { ...model, pending: { ...pending, minutes: pending.minutes - minutes } }
          return
        }
        const settled = await sim.read<Schemas['Order']>(`/orders/${pending.order.id}`)
        expect(settled.status).toBe(outcome)
        const done = {
          completed: {
            suspend: { suspended: true },
            resume: { suspended: false },
            swap: { iccid: settled.sim_profile?.iccid ?? '' },
          },
        }
        model = {
          suspended: model.suspended,
          iccid: model.iccid,
          ...(outcome === 'completed' ? done.completed[pending.type] : {}),
        }
      }
      for (const move of sequence) {
        if (move === 'wait') await pass(1)
        else if (move === 'settle') await pass(2)
        else if (move === 'cancel next') {
          outcome = outcome === 'completed' ? 'canceled' : 'completed'
          await sim.set('accounts-orders', { orderOutcome: outcome })
        } else if (move === 'use') {
          const device = sim.device(model.iccid)
          if ((await device.show()).profile === 'released') await device.install()
          const used = await device.use(1).then(
            () => true,
            () => false,
          )
          expect(used).toBe(!model.suspended)
        } else if (move === 'text') {
          const { status } = await sim.call('POST', '/sms', {
            from: '447700900000',
            to: ['1'],
            text: 'x',
          })
          expect(status).toBe(model.suspended ? 403 : 200)
        } else {
          const { status, body } = await sim.call<Schemas['Order']>('POST', '/orders', BODIES[move])
          const legal =
            !model.pending && (move === 'swap' || model.suspended === (move === 'resume'))
          expect([move, status]).toEqual([move, legal ? 201 : 409])
          if (legal) model = { ...model, pending: { type: move, order: body, minutes: 2 } }
        }
        const services = await sim.read<Schemas['Services']>(
          `/subscriptions/${SUBSCRIPTION}/services`,
        )
        expect(services._embedded.services.map(({ enabled }) => enabled)).toEqual(
          Array(3).fill(!model.suspended),
        )
        expect(await sim.iccidOf()).toBe(model.iccid)
        expect(await sim.read(`/subscriptions/${SUBSCRIPTION}`)).toMatchObject({ status: 'active' })
      }
    }),
    { numRuns: 15, seed: 2 },
  )
}, 60_000)

test('two lives of one seed are the same to the byte, and another seed is another life', async () => {
  const lived = async (seed: string) => {
    await using sim = await startEnterprise({ seed })
    await sim.settled(await sim.order(ACTIVATION))
    await sim.settled(await sim.order(BODIES.swap))
    await sim.call('POST', '/sms', { from: '447700900000', to: ['447700900001'], text: 'x' })
    return JSON.stringify((await sim.state()).collections)
  }
  const first = await lived('one')
  expect(await lived('one')).toBe(first)
  expect(await lived('two')).not.toBe(first)
})
