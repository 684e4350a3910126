// The credential of a call is refused, as the provider refuses a bad one; a token is gone for good.
import { credentials } from '../../state/credentials.ts'
import { Refusal } from '../../state/refusal.ts'
import { headerOf } from '../exchange.ts'
import type { CallKind } from './kind.ts'

export const revoked: CallKind = {
  name: 'revoked',
  of: 'operation',
  says: 'the credential is refused as a bad one is; a token is revoked, so that another has to be fetched',
  when: ['before'],
  fields: {},
  concerns: ({ isPublic }) => !isPublic,
  happen({ id }, { world, simulator, exchange }) {
    const settings = world.settings(simulator.settings)
    const header = (name: string) => headerOf(exchange, name)
    const secret = simulator.auth.credentialIn(header, settings, exchange.body)
    if (!secret) return { missed: 'the call came without a credential' }

    const key = `${simulator.slug}/${secret}`
    const isToken = world.in(credentials).get(key)?.kind === 'token'
    if (isToken) world.in(credentials).delete(key)
    const reason = `${id} ${isToken ? 'has revoked the token: fetch another' : 'refuses this key'}`
    const refusal = new Refusal('unauthorized', reason, isToken ? { error: 'invalid_token' } : {})
    return { effect: { kind: 'refusal', refusal, saw: 'a refusal of its credential' } }
  },
}
