// Magic values: subscribers whose orders are always canceled. Invented.
import type { MagicValue } from '../simulator.ts'

export const CANCELED_EMAIL = /^cancel(\+[^@]*)?@/i
export const CANCELED_EMPLOYEE = /^cancel$/i

const says = 'orders for this subscriber are canceled, whatever the setting orderOutcome is'

export const magicValues: readonly MagicValue[] = [
  { where: 'the email of a subscriber', value: 'cancel@*', says },
  { where: 'the email of a subscriber', value: 'cancel+*@*', says },
  { where: 'the employee_id of a subscriber', value: 'CANCEL', says },
]
