// What users play their own code with: steps of a provider, legal and random, and the field's values.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ControlError,
  type Receiver,
  type RunningSimulator,
  startReceiver,
  startSimulator,
  type WorldClient,
} from '../src/index.ts'
import {
  activationCodes,
  callbackBodies,
  clientStep,
  dataAmounts,
  iccids,
  play,
  providerSteps,
  type Steps,
} from '../src/library/fast-check.ts'
import { webhooksOfFile } from '../src/server/webhooks.ts'
import { luhnDigit } from '../src/state/identifiers.ts'
import { parseActivationCode } from '../src/state/installation-code.ts'
import { GB_1 } from './support/esim-go-shop.ts'

let sim: RunningSimulator
/** Where eSIM Go is alone: a world begins anew in a moment. */
let shopping: RunningSimulator<'esim-go'>
beforeAll(async () => {
  sim = await startSimulator()
  shopping = await startSimulator({ providers: ['esim-go'] })
})
afterAll(() => Promise.all([sim.close(), shopping.close()]))

/** A shop that buys eSIMs, and remembers the orders that it paid. */
class Shop {
  readonly orders: string[] = []
  readonly #sim: WorldClient
  readonly #base: string

  constructor(world: WorldClient, base: string) {
    this.#sim = world
    this.#base = base
  }

  async call(method: string, path: string, json?: unknown): Promise<unknown> {
    const { credentials } = await this.#sim.show()
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        'X-API-Key': credentials['esim-go']?.apiKey ?? '',
        'Content-Type': 'application/json',
      },
      body: json === undefined ? null : JSON.stringify(json),
    })
    if (!response.ok) throw new Error(`${response.status}`)
    return response.json()
  }

  async order(): Promise<void> {
    const order = [{ type: 'bundle', item: GB_1, quantity: 1 }]
    const bought = await this.call('POST', '/orders', { type: 'transaction', assign: true, order })
    this.orders.push((bought as { orderReference: string }).orderReference)
  }
}

/** Orders again whenever no answer came, though the order may have been done. */
class HastyShop extends Shop {
  async buy(): Promise<void> {
    await this.order().catch(() => this.order())
  }
}

/** Looks first, and orders again only what was not done. */
class CarefulShop extends Shop {
  async buy(): Promise<void> {
    await this.order().catch(async () => {
      const orders = (await this.call('GET', '/orders')) as { orderReference: string }[]
      const lost = orders.find(({ orderReference }) => !this.orders.includes(orderReference))
      if (lost) this.orders.push(lost.orderReference)
      else await this.order()
    })
  }
}

const ordersPaid = async (world: WorldClient) =>
  Object.keys((await world.state()).collections['esim-go.orders'] ?? {}).length

/** The same property for any shop: what is paid is what it knows of. */
function nothingIsPaidTwice<Kind extends Shop & { buy(): Promise<void> }>(
  ShopKind: new (world: WorldClient, base: string) => Kind,
) {
  const buy = clientStep<Kind, undefined>({
    name: 'buy',
    of: fc.constant(undefined),
    act: ({ client }) => client.buy(),
  })
  const steps = providerSteps<Kind>('esim-go', {
    client: [buy],
    faults: { calls: true },
    others: false,
    maxSteps: 12,
  })
  return fc.asyncProperty(steps, (each) =>
    play(shopping, each, {
      client: (world) => new ShopKind(world, shopping.baseUrl('esim-go')),
      async afterEach({ client }) {
        const paid = await ordersPaid(shopping)
        if (paid !== client.orders.length)
          throw new Error(`${paid} orders are paid, and the shop knows of ${client.orders.length}`)
      },
    }),
  )
}

test('a client that orders again when an answer is lost is found, and the counterexample is short', async () => {
  const { failed, counterexample, errorInstance } = await fc.check(nothingIsPaidTwice(HastyShop), {
    seed: 1,
    numRuns: 200,
  })
  expect(failed).toBe(true)
  expect(String(errorInstance)).toContain('2 orders are paid, and the shop knows of 1')
  const [shown = ''] = String(counterexample?.[0]).split(' /*')
  expect(shown).toMatch(
    /^the next call fails: (status|reset|truncated|malformed|empty) \(after\),buy$/,
  )
})

test('a client that looks first passes a hundred runs', async () => {
  await fc.assert(nothingIsPaidTwice(CarefulShop), { seed: 1, numRuns: 100 })
})

/** What a partner's books say was settled, from what the wholesale API tells them. */
class Books {
  settled = 0
  /** How many callbacks it has looked at. */
  seen: number
  readonly known = new Set<string>()

  constructor(seen: number) {
    this.seen = seen
  }
}

/** A property of books that count what arrives, where callbacks come twice, late, or never. */
function nothingIsBookedTwice(
  partner: RunningSimulator<'wholesale'>,
  receiver: Receiver,
  isNew: (books: Books, id: string) => boolean,
) {
  const steps = providerSteps<Books>('wholesale', { faults: { callbacks: true }, maxSteps: 20 })
  return fc.asyncProperty(steps, (each) =>
    play(partner, each, {
      async client() {
        await partner.callbacks.target('wholesale', receiver.url)
        return new Books(receiver.arrivals.length)
      },
      async afterEach({ client }) {
        for (const { headers } of receiver.arrivals.slice(client.seen))
          if (isNew(client, String(headers['webhook-id']))) client.settled += 1
        client.seen = receiver.arrivals.length
        const kept = (await partner.state()).collections['wholesale.transactions'] ?? {}
        const done = Object.values(kept).filter(({ state }) => state !== 'InProgress').length
        if (client.settled > done) throw new Error(`${client.settled} are booked of ${done}`)
      },
    }),
  )
}

test('a handler of webhooks that books what comes twice is found, and one that looks at the id passes', async () => {
  await using receiver = await startReceiver()
  await using partner = await startSimulator({ providers: ['wholesale'] })
  const naive = nothingIsBookedTwice(partner, receiver, () => true)
  const { counterexample } = await fc.check(naive, { seed: 2, numRuns: 60 })
  const [shown = ''] = String(counterexample?.[0]).split(' /*')
  expect(shown).toContain('the next callback is hurt: duplicate')
  expect(shown.split(',somebody').length).toBeLessThanOrEqual(2)
  const careful = nothingIsBookedTwice(partner, receiver, ({ known }, id) => {
    const isNew = !known.has(id)
    known.add(id)
    return isNew
  })
  await fc.assert(careful, { seed: 2, numRuns: 15 })
})

test.each(['esim-go', 'highland', 'wholesale', 'accounts-orders'])(
  '%s: every step that is played is legal in the state reached, and each kind is played',
  async (slug) => {
    const played = new Set<string>()
    const steps = providerSteps(slug)
    await fc.assert(
      fc.asyncProperty(steps, (each) =>
        play(sim, each, { afterEach: ({ step }) => played.add(kindOf(step)) }),
      ),
      { seed: 7, numRuns: 20 },
    )
    for (const kind of ['install', 'attach', 'use', 'disable', 'advance', 'somebody else'])
      expect([...played]).toContain(kind)
  },
)

const kindOf = (step: string) => step.split(/[ :](?!else)/)[0] ?? ''

test('the same seed plays the same steps to the same state', async () => {
  const played = async () => {
    const steps: string[] = []
    const states: string[] = []
    await fc.assert(
      fc.asyncProperty(providerSteps('wholesale', { faults: true }), (each) =>
        play(sim, each, {
          afterEach: ({ step }) => steps.push(step),
          async afterAll() {
            states.push(JSON.stringify((await sim.state()).collections))
          },
        }),
      ),
      { seed: 3, numRuns: 5 },
    )
    return { steps, states }
  }
  expect(await played()).toEqual(await played())
})

test('steps can be played on their own, in a world that begins as one likes', async () => {
  const [steps] = fc.sample(providerSteps('esim-go', { maxSteps: 10 }), { seed: 5, numRuns: 1 })
  let sims = 0
  await play(sim, steps as Steps<undefined>, {
    given: 'an assigned bundle',
    afterAll: async () => {
      sims = (await sim.sims('esim-go')).length
    },
  })
  expect(sims).toBeGreaterThan(0)
})

test('a provider there is not is refused by name', () => {
  expect(() => providerSteps('esim-stop')).toThrow('there are esim-go')
  expect(() => callbackBodies('highland')).toThrow('esim-go, wholesale do')
  expect(() => iccids('89x')).toThrow('begins no ICCID')
})

test('ICCIDs have their check digit, activation codes are read by whoever reads QR codes', () => {
  fc.assert(
    fc.property(iccids('8944'), (iccid) => {
      expect(iccid).toMatch(/^8944\d{15}$/)
      expect(luhnDigit(iccid.slice(0, -1))).toBe(iccid.at(-1))
    }),
  )
  fc.assert(
    fc.property(activationCodes(), (code) => {
      expect(code).toMatch(/^LPA:1\$/)
      expect(parseActivationCode(code)).toBeDefined()
    }),
  )
})

test('amounts of data are taken by every device', async () => {
  await sim.reset({ given: 'an assigned bundle' })
  const [esim] = await sim.sims('esim-go')
  const device = sim.device(esim?.iccid ?? '')
  await device.attach('GB')
  await fc.assert(
    fc.asyncProperty(dataAmounts(), async (amount) => {
      // Refused is a use of a bundle that is depleted, and no amount for what it is.
      const used = await device.use(amount).catch((error: ControlError) => error)
      if (used instanceof ControlError) expect(used.message).toContain('is depleted')
      else expect(used.used + used.denied).toBeGreaterThan(0)
    }),
    { numRuns: 20 },
  )
})

test.each([
  ['esim-go', ['esim-go.yaml', 'esim-go-v2.5.yaml', 'esim-go-v2.2.yaml']],
  ['wholesale', ['wholesale.yaml']],
])('bodies of callbacks of %s fit one of its specs', (slug, files) => {
  const specs = files.map(webhooksOfFile)
  fc.assert(
    fc.property(callbackBodies(slug), (body) => {
      const problems = specs.flatMap(({ names, problems: of }) =>
        names.map((name) => of(name, 'any', body)),
      )
      expect(problems, JSON.stringify(problems)).toContainEqual([])
    }),
  )
})
