// The frame of a page: its heading, what can be done there, and its sections.
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { worldName } from '../place.ts'

export interface PageProps {
  readonly title: string
  /** What can be done with all of it. */
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}

export function Page({ title, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ${worldName} · esimulator`
  }, [title])
  return (
    <main id="content" tabIndex={-1} aria-labelledby="title">
      <header class="page-head">
        <h1 id="title">{title}</h1>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </main>
  )
}

export interface SectionProps {
  readonly title: string
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}

export function Section({ title, actions, children }: SectionProps) {
  return (
    <section class="card" aria-label={title}>
      <header class="section-head">
        <h2>{title}</h2>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  )
}
