// A text of somebody else: cut where it is too long, and kept from turning around what stands beside it.
import { cut } from '../shown.ts'

export interface TextProps {
  readonly of: string
  /** Characters that are shown at most. */
  readonly length?: number
}

export const Text = ({ of, length }: TextProps) => <bdi>{cut(of, length)}</bdi>
