// What stands above every page: the pages, the world, its clock, and whether the simulator answers.

import { useEffect, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { call } from '../client.ts'
import { clock, now } from '../clock-state.ts'
import { connection } from '../live.ts'
import { base, homeOf, worldName } from '../place.ts'
import { instantShown } from '../shown.ts'
import { type Theme, theme } from '../theme.ts'
import { useLive } from '../use-live.ts'

const PAGES = [
  ['', 'Now'],
  ['sims', 'SIMs'],
  ['call', 'Call'],
  ['callbacks', 'Callbacks'],
  ['journal', 'Journal'],
  ['faults', 'Break it'],
  ['worlds', 'Worlds'],
  ['settings', 'Settings'],
  ['workflows', 'Workflows'],
] as const

export function TopBar() {
  return (
    <header class="top">
      <div class="top-line">
        <a class="brand" href={base}>
          esimulator
        </a>
        <WorldChoice />
        <ClockLine />
        <ConnectionLine />
        <ThemeChoice />
      </div>
      <Pages />
    </header>
  )
}

function Pages() {
  const { path } = useLocation()
  const open = path.slice(base.length + 1).split('/')[0] ?? ''
  const nav = useRef<HTMLElement>(null)
  useEffect(() => {
    const { current: all } = nav
    const link = all?.querySelector<HTMLElement>('[aria-current]')
    if (all && link) all.scrollLeft = link.offsetLeft - (all.clientWidth - link.offsetWidth) / 2
  }, [open])
  return (
    <nav ref={nav} aria-label="Pages" class="pages">
      {PAGES.map(([page, title]) => (
        <a
          key={page}
          href={page === '' ? base : `${base}/${page}`}
          aria-current={open === page ? 'page' : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  )
}

function WorldChoice() {
  const { data } = useLive(
    () => call('listWorlds'),
    [],
    () => false,
  )
  const open = data?.worlds.map(({ name }) => name) ?? []
  const names = [...open, ...(data?.resting ?? [])]
  const all = names.includes(worldName) ? names : [worldName, ...names]
  return (
    <label class="choice">
      <span>World</span>
      <select
        value={worldName}
        onChange={({ currentTarget }) => location.assign(homeOf(currentTarget.value))}
      >
        {all.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function ClockLine() {
  const { mode, rate = 1, advance } = clock.value ?? {}
  const how = mode === 'running' && rate !== 1 ? `${rate} times as fast` : mode
  return (
    <p class="clock-line">
      <time dateTime={now.value} class="mono">
        {now.value === '' ? '…' : instantShown(now.value)}
      </time>{' '}
      <span class="clock-mode">UTC, {advance ? 'advancing' : how}</span>
    </p>
  )
}

const SAYS = {
  connecting: 'connecting…',
  live: 'live',
  lost: 'the simulator does not answer; asking again…',
  gone: 'this world is not there; asking again…',
  hidden: 'waiting',
} as const

const ConnectionLine = () => (
  <p class={`connection ${connection.value}`} role="status">
    {SAYS[connection.value]}
  </p>
)

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'as the system'],
  ['light', 'light'],
  ['dark', 'dark'],
]

const ThemeChoice = () => (
  <label class="choice">
    <span>Colours</span>
    <select
      value={theme.value}
      onChange={({ currentTarget }) => {
        theme.value = currentTarget.value as Theme
      }}
    >
      {THEMES.map(([value, shown]) => (
        <option key={value} value={value}>
          {shown}
        </option>
      ))}
    </select>
  </label>
)
