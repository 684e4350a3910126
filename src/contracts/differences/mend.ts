// What would end a difference: a setting of the simulator, a line of the target file, or a mended simulator.
import { knownSimulators } from '../../simulators/index.ts'
import type { SettingMend } from '../../simulators/simulator.ts'
import { isoDay } from '../../state/instant.ts'
import type { Json } from '../document-schemas.ts'
import { schemasOf } from '../document-schemas.ts'
import { contentOf, documentedReply } from '../documented-reply.ts'
import type { FoundDifference } from './compare-sides.ts'
import { bodyOf, typeOf } from './reply.ts'
import type { Mend } from './result.ts'
import type { SideCall } from './side.ts'

/** Which side is the simulator; `undefined` where neither is, or both are. */
export type OursIs = 'left' | 'right' | undefined

/** How long what is known may stay so, unless another day is given: ms. */
const MENDED_WITHIN = 90 * 86_400_000

/** @param now ms since the epoch */
export function mendOf(difference: FoundDifference, ours: OursIs, now: number): Mend {
  const { where, kind, pointer } = difference
  const until = isoDay(now + MENDED_WITHIN)
  const reason = quoted(`right: ${difference.right}`)
  const known = `known:\n  - { where: ${quoted(where)}, reason: ${reason}, until: ${until} }`
  const setting = ours && settingFor(difference, ours)
  if (setting) return { ...setting, lines: [known] }
  if (kind === 'outcome')
    return {
      kind: 'target-file',
      says:
        'what else differs at the step tells why; where the account lacks what it needs, give that ' +
        'with --input, or it is known',
      lines: [known],
    }
  const isValue = kind === 'enum' || kind === 'state' || kind === 'format' || kind === 'order'
  const volatile = `volatile:\n  - ${quoted(pointer ?? '')}`
  if (isValue && pointer !== undefined && mayDependOnAccount(difference))
    return {
      kind: 'target-file',
      says: 'where it depends on what the account has, it is volatile; else it is known',
      lines: [volatile, known],
    }
  const theirs = ours && difference.calls[ours === 'left' ? 'right' : 'left']
  const problem = theirs && undocumented(theirs)
  const says =
    problem === undefined
      ? 'the documents allow both: a defect of the simulator, which should answer as the provider does'
      : `the document of the simulator says otherwise (${problem}): it is to be mended where the ` +
        'provider is right'
  if (ours) return { kind: 'defect', says, lines: [known] }
  return { kind: 'target-file', says: 'where it has its reason, it is known', lines: [known] }
}

/** Both values are documented: what there is differs, and not the API. */
function mayDependOnAccount({ kind, calls }: FoundDifference): boolean {
  if (kind === 'state' || kind === 'order') return true
  const { left, right } = calls
  return kind === 'enum' && [left, right].every((call) => call && undocumented(call) === undefined)
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function settingFor(
  difference: FoundDifference,
  ours: 'left' | 'right',
): Omit<Mend, 'lines'> | undefined {
  const slug = (difference.calls.left ?? difference.calls.right)?.source?.simulator?.slug
  const simulator = knownSimulators().find((each) => each.slug === slug)
  const seen = { ours: difference[ours], theirs: difference[ours === 'left' ? 'right' : 'left'] }
  const found = simulator?.settingMends?.find((each) => fits(each, difference, seen))
  if (!simulator || !found) return undefined
  const { setting, value } = found
  const chosen = typeof value === 'function' ? value(seen.theirs) : value
  return {
    kind: 'setting',
    says: `PATCH /_sim/settings/${simulator.slug} with ${JSON.stringify({ [setting]: chosen })}`,
    settings: { [simulator.slug]: { [setting]: chosen } },
  }
}

function fits(
  mend: SettingMend,
  { kind, operation, pointer }: FoundDifference,
  seen: { readonly ours: string; readonly theirs: string },
): boolean {
  if (mend.kind !== kind) return false
  if (mend.operation !== undefined && mend.operation !== operation) return false
  const isThere = mend.pointer === '' ? pointer === '' : pointer?.endsWith(mend.pointer ?? '')
  if (mend.pointer !== undefined && !isThere) return false
  return (mend.ours?.test(seen.ours) ?? true) && (mend.theirs?.test(seen.theirs) ?? true)
}

/** How an answer breaks the document of its operation; `undefined` where it does not. */
function undocumented({ answer, operation, source }: SideCall): string | undefined {
  if ('error' in answer || !operation || !source) return undefined
  const { status } = answer
  const documented = documentedReply(source.document, operation, status)
  if (!documented) return `${status} is none of its statuses`
  const body = bodyOf(answer)
  if (body.kind !== 'JSON') return undefined
  const schema = contentOf(documented, typeOf(answer))?.schema as Json | undefined
  if (!schema) return undefined
  const [problem] = schemasOf(source.document).problems(schema, body.value)
  return problem && `${problem.pointer || 'the body'} ${problem.message}`
}
