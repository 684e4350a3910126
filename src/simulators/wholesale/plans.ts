// The plans, as data. Only the names of the vendor's example are known; the rest is invented.
import type { Product } from './records.ts'

export interface Bucket {
  readonly name: string
  /** 1 GB is 1,000,000,000 bytes. */
  readonly bytes: number
  /** ISO 3166 alpha-2, joined by `+`. */
  readonly countries: string
}

export interface Plan {
  /** By bucketRefId. */
  readonly buckets: Readonly<Record<string, Bucket>>
  /** What a line gets that names no bucket. */
  readonly included: readonly string[]
  readonly benefits: readonly Product[]
  readonly addOns: readonly Product[]
}

function product(
  productId: string,
  characteristics: Readonly<Record<string, string>> = {},
): Product {
  return {
    productId,
    characteristics: Object.entries(characteristics).map(([key, value]) => ({ key, value })),
  }
}

const SPEED = { 'Download Speed': '100 Mbps', 'Upload Speed': '20 Mbps' }

/** By wholesalePlanId. */
export const plans: Readonly<Record<string, Plan>> = {
  Plan001: {
    buckets: {
      1000001: { name: '10 GB US', bytes: 10e9, countries: 'US' },
      1000002: { name: '2 GB US', bytes: 2e9, countries: 'US' },
      1000003: { name: '1 GB North America', bytes: 1e9, countries: 'US+CA+MX' },
    },
    included: ['1000001'],
    benefits: [product('Plan001-DATA', SPEED), product('Plan001-VOICE'), product('Plan001-SMS')],
    addOns: [product('Plan001-HOTSPOT', { 'Download Speed': '10 Mbps' })],
  },
  Plan002: {
    buckets: { 2000001: { name: '500 MB US', bytes: 5e8, countries: 'US' } },
    included: ['2000001'],
    benefits: [product('Plan002-DATA', SPEED)],
    addOns: [],
  },
}

/** The product without which a line of a plan carries no data. */
export function dataProduct(plan: string): string {
  return `${plan}-DATA`
}
