// The load on replicas: clients and keepers whose requests go round, and who write down what was acknowledged.
import { Client } from '../clients.js'
import { Keeper } from '../keepers.js'

const ORDERS = '/esim-go/v2.4/orders'

/** As every client; counts besides how often an order may have been placed. */
export class Player extends Client {
  async ask(method, world, path, options) {
    const life = world?.life
    const reply = await super.ask(method, world, path, options)
    if (method === 'POST' && path === ORDERS && life)
      life.ordered = (life.ordered ?? 0) + reply.unsure + (reply.status === 200 ? 1 : 0)
    return reply
  }
}

/** As every keeper, and changes as a whole only worlds that are fleeting. Does nothing twice. */
export class Caretaker extends Keeper {
  constructor(run) {
    super(run)
    this.sender.close()
    this.sender = run.openSender({ isOnce: true })
  }

  act() {
    const [act, changesAll] = this.run.dice.weighted([
      [3, [this.create, true]],
      [1, [this.remove, true]],
      [1, [this.makeAnew, true]],
      [2, [this.reset, true]],
      [1, [this.copy, true]],
      [1, [this.goBack, true]],
      [0.5, [this.rewind, true]],
      [8, [this.advance, false]],
      [1, [this.setClock, false]],
      [1, [this.snapshot, false]],
    ])
    this.changesAll = changesAll
    return act.call(this)
  }

  async ask(method, world, path, options) {
    const began = Date.now()
    const reply = await super.ask(method, world, path, options)
    if (method !== 'GET')
      this.run.acts.push({
        ...{ began, ended: Date.now(), method, world: world?.name, path, status: reply.status },
        json: path.endsWith('/state') ? undefined : options?.json,
      })
    return reply
  }

  idle(isMeant = () => true) {
    return super.idle((world) => isMeant(world) && (world.isFleeting ?? true) >= this.changesAll)
  }
}
