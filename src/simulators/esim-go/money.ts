// Money: kept in US cents, shown in units.

export const CURRENCY = 'USD'

const CENTS = 100

/** Cents as the API shows money: units with two decimals. */
export function money(cents: number): number {
  return cents / CENTS
}

/**
 * Cents as the organisation's own balance is shown: whole units, rounded down
 * (inferred).
 */
export function wholeUnits(cents: number): number {
  return Math.floor(money(cents))
}

/** Cents as text, always with two decimals. */
export function moneyText(cents: number): string {
  return money(cents).toFixed(2)
}

/** Units, as a user or a caller writes them, in cents. */
export function toCents(units: number): number {
  return Math.round(units * CENTS)
}
