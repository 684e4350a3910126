// Where a CA of this machine's own is kept.
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder of the CA, unless another is named. */
export function defaultCaFolder(): string {
  return join(homedir(), '.esimulator', 'ca')
}

/** The file that clients of the CA in a folder are to trust. */
export function caFile(folder: string): string {
  return join(folder, 'ca.pem')
}
