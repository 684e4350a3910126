// Content codings of a request body (RFC 9110 8.4): those that can be undone, in the order they were applied.
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Refusal } from '../state/refusal.ts'

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
}

/** What a refusal for an unknown coding says may be sent, as `Accept-Encoding`. */
const ACCEPTED = 'gzip, deflate, br, identity'

/** How many codings a body may have, one over the other: each one holds memory of its own. */
const MOST = 3

/**
 * What undoes the codings of a body, to be applied in this order; empty where there is nothing to
 * undo. A refusal where one is not known.
 * @param header the value of Content-Encoding
 */
export function decodersOf(header: string): readonly Transform[] | Refusal {
  const codings = header
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const unknown = codings.find((coding) => !Object.hasOwn(DECODERS, coding))
  if (unknown === undefined && codings.length <= MOST)
    return codings.toReversed().flatMap((coding) => DECODERS[coding]?.() ?? [])

  const what = unknown === undefined ? `more than ${MOST} codings` : `the coding ${unknown}`
  return new Refusal('unsupported-media-type', `the body has ${what}: send ${ACCEPTED}`, {
    acceptEncoding: ACCEPTED,
  })
}
