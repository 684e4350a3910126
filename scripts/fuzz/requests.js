// One request to an operation: mostly what its document asks for, else wrong in some way.
import { resolved } from './operations.js'
import { anything, damaged, valuesOf } from './values.js'

const NAMES_OF_IDS = {
  'accounts-orders': {
    account_id: 'acc',
    order_template_id: 'otpl',
    product_id: 'prod',
    subscriber_id: 'sbr',
    subscription_id: 'sub',
    order_id: 'order',
  },
}

/** The name under which the pool knows a parameter or a field. */
function poolName({ slug, path }, name) {
  if (slug === 'esim-go' && (name === 'name' || name === 'item')) return 'bundle'
  if (name === 'usageId') return 'id'
  if (name === 'assignmentId' || name === 'offerId') return 'assignment'
  if (name === 'bar_code_id') return 'bar_code'
  if (name !== 'id') return NAMES_OF_IDS[slug]?.[name] ?? name
  if (path.includes('/callbacks/')) return 'callback'
  if (path.includes('/accounts/')) return 'acc'
  if (path.includes('/orders/')) return 'order'
  if (path.includes('/order-templates/')) return 'otpl'
  if (path.includes('/products/')) return 'prod'
  if (path.includes('/subscribers/')) return 'sbr'
  if (path.includes('/subscriptions/')) return 'sub'
  return 'id'
}

const TYPES = [
  'text/plain',
  'application/xml',
  'application/json; charset=latin1',
  '',
  'application/x-www-form-urlencoded',
]

/** @returns `{method, url, headers, body, wrong}`; `wrong` says whether it was damaged on purpose */
export function requestTo(operation, dice, pool, headers) {
  const known = (name) => pool.get(poolName(operation, name))
  const value = valuesOf(operation.document, dice, known)
  const wrong = dice.chance(0.25)
  const spoil = () => wrong && dice.chance(0.3)
  const url =
    operation.base +
    pathOf(operation, { dice, known, value, spoil }) +
    queryOf(operation, { dice, known, value, spoil })
  const sent = { ...headers }
  for (const { in: place, name, required, schema } of operation.parameters)
    if (place === 'header' && (required || dice.chance(0.3)))
      sent[name] = headerText(spoil() ? anything(dice) : value(schema, name))
  const { body, type } = bodyOf(operation, { dice, pool, value, wrong })
  if (body !== undefined)
    sent['Content-Type'] = wrong && dice.chance(0.05) ? dice.pick(TYPES) : type
  if (wrong && dice.chance(0.04)) delete sent[dice.pick(Object.keys(sent))]
  return { method: operation.method, url, headers: sent, body, wrong }
}

/** What a header may hold: node:http refuses anything else before it is sent. */
function headerText(value) {
  return (
    String(value)
      .replaceAll(/[^\x20-\x7e]/g, '?')
      .trim() || '?'
  )
}

function pathOf(operation, { dice, known, value, spoil }) {
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const schema = operation.parameters.find(
      (each) => each.in === 'path' && each.name === name,
    )?.schema
    const told = known(name)
    const made =
      told !== undefined && dice.chance(0.85) ? told : value(schema ?? { type: 'string' }, name)
    const text = String(spoil() ? anything(dice) : made)
    return encoded(text) || '%20'
  })
}

function encoded(text) {
  return encodeURIComponent(text.toWellFormed())
}

function queryOf(operation, { dice, known, value, spoil }) {
  const pairs = []
  for (const { in: place, name, required, schema, example } of operation.parameters) {
    if (place !== 'query' || !(required || dice.chance(0.3))) continue
    const fitting = () =>
      example !== undefined && known(name) === undefined && dice.chance(0.6)
        ? example
        : value(schema, name)
    const made = spoil() ? anything(dice) : fitting()
    for (const each of Array.isArray(made) ? made : [made])
      pairs.push(
        `${encoded(name)}=${encoded(typeof each === 'object' ? JSON.stringify(each) : String(each))}`,
      )
    if (spoil())
      pairs.push(
        dice.pick([`${name}=`, `${name}[]=1`, name, `${name}=%`, 'unknown=1', `${name}=%FF`]),
      )
  }
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

/** A change of one setting that the provider's own list told of. */
function settingOf(dice, pool) {
  const [name, value] = JSON.parse(pool.get('setting') ?? '["strict",false]')
  return { [name]: dice.chance(0.8) ? value : anything(dice) }
}

function bodyOf({ id, body, document }, { dice, pool, value, wrong }) {
  if (!body) return {}
  if (id === 'changeSettings')
    return { type: 'application/json', body: JSON.stringify(settingOf(dice, pool)) }
  const type = dice.pick(Object.keys(body.content))
  const { schema, examples, example } = body.content[type]
  const ready =
    example ?? (examples && resolved(document, dice.pick(Object.values(examples)))?.value)
  const made = ready !== undefined && dice.chance(0.3) ? ready : value(schema, '')
  const content = wrong && dice.chance(0.6) ? damaged(made, dice) : made
  if (type === 'application/x-www-form-urlencoded') return { type, body: formOf(content) }
  if (!/json/.test(type))
    return { type, body: typeof content === 'string' ? content : JSON.stringify(content) }
  const text = JSON.stringify(content) ?? ''
  return { type, body: wrong && dice.chance(0.08) ? torn(text, dice) : text }
}

function formOf(content) {
  if (typeof content !== 'object' || content === null) return String(content)
  return new URLSearchParams(
    Object.entries(content).map(([name, each]) => [name, String(each).toWellFormed()]),
  ).toString()
}

/** JSON that is none any more. */
function torn(text, dice) {
  const at = dice.whole(0, text.length)
  return dice.pick([
    text.slice(0, at),
    `${text.slice(0, at)}\u0001${text.slice(at)}`,
    text + text,
    `${'['.repeat(5000)}`,
  ])
}
