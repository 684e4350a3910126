// What a request of the control API breaks, in plain sentences: by the kind of rule, and by what a pattern stands for.
import type { BodyShape } from '../server/body-shape.ts'
import { shortName } from '../server/bounded.ts'
import { nearest } from '../server/nearest.ts'
import type { FieldProblem } from '../server/violations.ts'
import { pointerNames } from '../state/json-pointer.ts'

/** What a text has to be, by the pattern that says so; every pattern of specs/control.yaml is here. */
export const PATTERNS: Readonly<Record<string, string>> = {
  '^[0-9]{10,22}$': 'no ICCID: 10 to 22 digits; `esimulator sim list` and GET /_sim/sims have them',
  '^[A-Za-z]{2}$': 'no country: give its two letters (ISO 3166), as in DE',
  '^[A-Za-z0-9._-]{1,64}$': 'no name of a world: 1 to 64 of A-Z a-z 0-9 . _ -',
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$':
    'no name of a snapshot: 1 to 64 of A-Z a-z 0-9 . _ -, a letter or a digit first',
  '^(cb|un)_([0-9a-f]{16}_)?[0-9]{6,}$':
    'no id of a callback: `esimulator callbacks` and GET /_sim/callbacks have them',
  '^fault_[0-9]+$': 'no id of a fault, as in fault_1: `esimulator fault list` has them',
  '^run_[0-9]+$': 'no id of a run, as in run_1: `esimulator workflow runs` lists them',
  '^[A-Za-z0-9_-]{1,64}$': 'no name of a workflow: 1 to 64 of A-Z a-z 0-9 _ -',
  '^[A-Za-z]{1,16}$': 'no method: give one as in POST',
  '^[1-5]([0-9][0-9]|[xX][xX])$': 'no status: give one as in 404, or a class as in 4xx',
  '^[0-9a-z]+-[0-9]{1,15}$': 'no id of an event: give the `id` of one that was told',
  '^(now|[0-9a-z]+-[0-9]{1,15})$':
    'no place to go on from: give now, or the `next` of an earlier answer',
}

/** The same, by the format that says so. */
export const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'no instant: give one in UTC as in 2027-01-01T00:00:00Z',
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a JSON object, as in {"name": "value"}',
  array: 'a list',
  null: 'null',
}

/** What several types are, in words. */
function typeText(expected: string): string {
  return [...new Set(expected.split(','))].map((type) => TYPES[type] ?? type).join(', or ')
}

const BOUNDS: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
}

/** The names of a place, and what the place is called in a sentence. */
interface Place {
  readonly names: readonly string[]
  readonly text: string
}

function placeOf({ in: part, pointer }: FieldProblem): Place {
  const names = [...pointerNames(pointer)]
  const whole = part === 'body' ? 'the body' : `the ${part}`
  return { names, text: names.length > 0 ? names.join('.') : whole }
}

/** The names there may be beside one there is not. */
function knownBeside(names: readonly string[], shape: BodyShape | undefined): readonly string[] {
  let at = shape
  for (const name of names.slice(0, -1)) at = at?.names.get(name) ?? at?.items
  return [...(at?.names.keys() ?? [])]
}

function unknownField({ names }: Place, shape: BodyShape | undefined): string {
  const name = names.at(-1) ?? ''
  const above = names.length > 1 ? names.slice(0, -1).join('.') : 'the body'
  const known = knownBeside(names, shape)
  const meant = nearest(name, known)
  const guess = meant === undefined ? '' : `: did you mean ${meant}?`
  const list = known.length > 0 ? `${guess === '' ? '; it' : ' It'} knows ${known.join(', ')}` : ''
  return `${above} knows no "${shortName(name)}"${guess}${list}`
}

/** How many entries a list has to have, from `NOT have fewer than 2 items`. */
function sizeText(rule: string, expected: string): string {
  const [size = ''] = /\d+/.exec(expected) ?? []
  const bound = rule === 'minItems' ? 'at least' : 'at most'
  return `must have ${bound} ${size} ${size === '1' ? 'entry' : 'entries'}`
}

/** One problem as a sentence; `undefined` where none fits its rule. */
function sentenceOf(problem: FieldProblem, shape: BodyShape | undefined): string | undefined {
  const { rule, expected, got = 'nothing' } = problem
  const place = placeOf(problem)
  switch (rule) {
    case 'required':
      return place.names.length > 0 ? `${place.text} is missing` : 'the request needs a body'
    case 'minItems':
    case 'maxItems':
      return `${place.text} ${sizeText(rule, expected)}`
    case 'additionalProperties':
      return unknownField(place, shape)
    case 'pattern': {
      const what = PATTERNS[/^match pattern "(.*)"$/.exec(expected)?.[1] ?? '']
      return what && `${got} is ${what}`
    }
    case 'format': {
      const what = FORMATS[/^match format "(.*)"$/.exec(expected)?.[1] ?? '']
      return what && `${place.text}: ${got} is ${what}`
    }
    case 'type':
      return `${place.text} must be ${typeText(expected)}, and is ${got}`
    case 'enum':
      return `${place.text} must be ${expected}, and is ${got}`
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum': {
      const [sign = '', bound = ''] = expected.split(' ')
      return `${place.text} must be ${BOUNDS[sign] ?? sign} ${bound}, and is ${got}`
    }
    case 'minProperties':
      return `${place.text} has nothing in it: name at least one`
    case 'minLength':
      return got === '""' ? `${place.text} is empty` : `${place.text} is too short: ${got}`
    case 'maxLength':
      return `${place.text} is too long: it must ${expected.replace(/^NOT /, 'not ')}`
    default:
      return undefined
  }
}

/** What the body of a callback breaks, from the words of the validator. */
export function plainReasons(raw: readonly string[]): readonly string[] {
  const told = raw.map((each) => each.replace(/^\w+: /, ''))
  const others = told.filter((each) => !/must match (exactly one|a) schema in /.test(each))
  return (others.length > 0 ? others : told).map((each) =>
    each
      .replace(/^(\S+ )?must NOT have additional properties: (.*)$/, (_, at = 'it ', name) => {
        return `${at}knows no "${name}"`
      })
      .replace(/^(\S+ )?must have required property '(.*)'$/, (_, at = '', name) => {
        return `${at.trimEnd()}${at === '' ? '' : '.'}${name} is missing`
      })
      .replace(/must be ([a-z]+)$/, (_, type) => `must be ${TYPES[type] ?? type}`),
  )
}

/** That none of several forms fits says nothing where it is told of each why it does not. */
const OF_FORMS: ReadonlySet<string> = new Set(['anyOf', 'oneOf'])

/**
 * What is told of a place that may have several forms: where one of them was begun, only what is
 * wrong in that one.
 */
function ofFormBegun(fields: readonly FieldProblem[]): readonly FieldProblem[] {
  const forms = fields.filter(({ rule }) => OF_FORMS.has(rule)).map(({ pointer }) => pointer)
  const isWithin = ({ rule, pointer }: FieldProblem, form: string) =>
    rule !== 'required' && pointer.startsWith(`${form}/`)
  const begun = forms.filter((form) => fields.some((each) => isWithin(each, form)))
  return fields.filter((each) =>
    begun.every((form) => isWithin(each, form) || !`${each.pointer}/`.startsWith(`${form}/`)),
  )
}

/** Several types that the same place may have, told at once. */
function joined(all: readonly FieldProblem[]): readonly FieldProblem[] {
  const types = new Map<string, FieldProblem>()
  const others: FieldProblem[] = []
  const fields = ofFormBegun(all)
  for (const field of fields) {
    if (OF_FORMS.has(field.rule) && fields.length > 1) continue
    if (field.rule !== 'type') {
      others.push(field)
      continue
    }
    const place = `${field.in} ${field.pointer}`
    const before = types.get(place)
    const expected = before ? `${before.expected},${field.expected}` : field.expected
    types.set(place, { ...field, expected })
  }
  return [...others, ...types.values()]
}

/**
 * Problems as sentences.
 * @param raw the same as the validator words them, and how many more there are behind them
 * @param fields their places, one for each that is told
 * @param shape the names that the body may have
 */
export function plainProblems(
  raw: readonly string[],
  fields: readonly FieldProblem[],
  shape: BodyShape | undefined,
): readonly string[] {
  const digits = raw
    .find((text) => / digits, /.test(text))
    ?.split(': ')
    .at(-1)
  const told = joined(fields).map((field) => {
    const at = fields.indexOf(field)
    return sentenceOf(field, shape) ?? raw[at] ?? field.expected
  })
  const more = raw.slice(fields.length)
  return [...new Set(told), ...(digits === undefined ? [] : [digits]), ...more]
}
