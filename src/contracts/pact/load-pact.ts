// Finds the package of Pact where it is installed: it is needed by those who use Pact, and by nobody else.
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The package is not there; the message says how it is had. */
export class PactMissing extends Error {}

const PACKAGE = '@pact-foundation/pact'

/**
 * The file of its native part, which verifies: in the folder where one works, else beside this
 * program.
 * @throws PactMissing
 */
export function findPact(
  from: readonly string[] = [join(process.cwd(), 'package.json'), import.meta.url],
): string {
  for (const place of from) {
    try {
      const whole = createRequire(place).resolve(PACKAGE)
      return createRequire(whole).resolve(`${PACKAGE}-core`)
    } catch {
      // It may be in the next place.
    }
  }
  throw new PactMissing(
    `the package ${PACKAGE} is not installed: npm install --save-dev ${PACKAGE}@16`,
  )
}
