// Why nothing can be imported of the wholesale API.
import type { ImportPlan } from '../import-plan.ts'

export const importPlan: ImportPlan = {
  reads: [],
  parts: [],
  left: {
    'lines, numbers and SIMs':
      'its only read tells the status of a transaction; write them into a seed file of your own',
  },
}
