// One callback: what is sent, each attempt with what left, what caused it, and once more.
import { useLocation, useRoute } from 'preact-iso'
import type { CallbackShown, DeliveryShown, TargetShown } from '../../../control/wire.ts'
import { call } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { State } from '../../kit/badge.tsx'
import { Body, Headers } from '../../kit/body.tsx'
import { CopyButton } from '../../kit/copy.tsx'
import { SimLink } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Page, Section } from '../../kit/page.tsx'
import { Distance, Instant } from '../../kit/time.tsx'
import { pathOf, pathTo } from '../../place.ts'
import { useLive } from '../../use-live.ts'
import { Attempts } from './attempts.tsx'
import { CallbackCurl, headersOf } from './callback-curl.tsx'
import type { AnyCallback } from './callback-list.ts'
import { type Cause, causeOf } from './cause.ts'
import { CauseLine } from './cause-line.tsx'
import { SendButton } from './send-dialog.tsx'

interface Told {
  readonly callback: AnyCallback
  readonly deliveries: readonly DeliveryShown[]
  readonly cause: Cause
  readonly targets: readonly TargetShown[]
}

export function CallbackPage() {
  const { params } = useRoute()
  const id = params.id ?? ''
  const live = useLive(
    () => told(id),
    [id],
    ({ name, data }) => name === 'callback' && data.callback.id === id,
  )
  const { data } = live
  const title = data ? `${data.callback.type} of ${data.callback.provider}` : 'Callback'
  return (
    <Page title={title} actions={data && <Actions {...data} reload={live.reload} />}>
      <Loaded live={live}>{(all) => <Callback {...all} />}</Loaded>
    </Page>
  )
}

async function told(id: string): Promise<Told> {
  const callback = await call('getCallback', { path: { id } })
  const [{ deliveries }, cause, { targets }] = await Promise.all([
    call('listDeliveries', { query: { callback: id, order: 'newest', limit: 100 } }),
    causeOf(callback),
    call('listCallbackTargets'),
  ])
  return { callback, deliveries, cause, targets }
}

function Actions({ callback, targets, reload }: Told & { readonly reload: () => void }) {
  const { route } = useLocation()
  const { id, state, provider, iccid } = callback
  const again = async () => {
    const sent = await call('redeliverCallback', { path: { id } })
    if (sent.id !== id) route(pathOf('callbacks', sent.id))
    else reload()
    return 'it is queued, and the attempt follows at once'
  }
  return (
    <>
      <a class="button" href={pathTo('callbacks')}>
        All callbacks
      </a>
      <ActButton look="main" act={again}>
        {state === 'unsent' ? 'Send it now' : 'Send it again'}
      </ActButton>
      <SendButton targets={targets} like={{ provider, iccid }} />
    </>
  )
}

function Callback({ callback, deliveries, cause }: Told) {
  return (
    <>
      <Facts callback={callback} cause={cause} />
      {callback.state === 'unsent' ? (
        <p class="problem">It was not sent: {callback.reason}</p>
      ) : (
        <Attempts callback={callback} deliveries={deliveries} />
      )}
      <Sent callback={callback} />
      {callback.state !== 'unsent' && <CallbackCurl callback={callback} />}
    </>
  )
}

function Facts({ callback, cause }: Pick<Told, 'callback' | 'cause'>) {
  const { id, state, iccid, provider, queuedAt } = callback
  return (
    <dl class="facts">
      <dt>State</dt>
      <dd>
        <State of={state} />
      </dd>
      {callback.state !== 'unsent' && <WhereAndWhen callback={callback} />}
      <dt>{state === 'unsent' ? 'Was due' : 'Queued'}</dt>
      <dd>
        <Instant at={queuedAt} /> UTC, <Distance to={queuedAt} />
      </dd>
      <dt>SIM</dt>
      <dd>{iccid === undefined ? 'none' : <SimLink iccid={iccid} provider={provider} />}</dd>
      <dt>Caused by</dt>
      <dd>
        <CauseLine cause={cause} />
      </dd>
      <dt>Id</dt>
      <dd class="mono">{id}</dd>
    </dl>
  )
}

function WhereAndWhen({ callback }: { readonly callback: CallbackShown }) {
  const { url, nextAt, faults = [] } = callback
  return (
    <>
      <dt>Goes to</dt>
      <dd class="mono">{url}</dd>
      <dt>Next attempt</dt>
      <dd>
        {nextAt === undefined ? (
          'none'
        ) : (
          <>
            <Instant at={nextAt} /> UTC, <Distance to={nextAt} />
          </>
        )}
        {faults.length > 0 && <>, which a fault will hurt ({faults.join(', ')})</>}
      </dd>
    </>
  )
}

function Sent({ callback }: { readonly callback: AnyCallback }) {
  const isQueued = callback.state !== 'unsent'
  const { body } = callback
  const copy = body !== undefined && <CopyButton text={body} label="Copy the body" />
  return (
    <Section
      title={isQueued ? 'As it would be sent now' : 'What would have been sent'}
      actions={copy}
    >
      {isQueued && <Headers of={headersOf(callback)} label="Headers of the callback" />}
      <Body text={body} label="Body of the callback" />
    </Section>
  )
}
