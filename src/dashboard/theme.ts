// Light or dark: as the system has it, unless the user has chosen.
import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'esimulator.theme'

function kept(): Theme {
  const value = localStorage.getItem(KEY)
  return value === 'light' || value === 'dark' ? value : 'system'
}

export const theme = signal<Theme>(kept())

export function startTheme(): void {
  effect(() => {
    localStorage.setItem(KEY, theme.value)
    document.documentElement.dataset.theme = theme.value
  })
}
