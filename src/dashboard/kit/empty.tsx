// What a page shows where there is nothing yet: why, and what to do next.
import type { ComponentChildren } from 'preact'
import { Command } from './copy.tsx'

export interface EmptyProps {
  readonly title: string
  readonly children?: ComponentChildren
  /** To be typed in a terminal. */
  readonly command?: string
}

export function Empty({ title, children, command }: EmptyProps) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
      {command !== undefined && <Command text={command} />}
    </div>
  )
}
