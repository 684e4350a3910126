// The form that makes a world: its name, what it begins with, and its clock.
import { useState } from 'preact/hooks'
import type { BodyOf } from '../../../control/operations.ts'
import { defined } from '../../../state/defined.ts'
import { call } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Command } from '../../kit/copy.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, SelectField, TextField } from '../../kit/field.tsx'
import { homeOf } from '../../place.ts'
import { commandThere } from '../../terminal.ts'

export interface NewWorldProps {
  readonly onClose: () => void
  readonly onMade: () => void
}

interface Asked {
  readonly name: string
  readonly seed: string
  readonly given: string
  readonly mode: string
  /** As the field has it: UTC without a zone. */
  readonly at: string
  readonly ttl: string
}

const NOTHING: Asked = { name: '', seed: '', given: '', mode: '', at: '', ttl: '' }

const some = (text: string) => (text.trim() === '' ? undefined : text.trim())

const instantOf = (at: string) => (at === '' ? undefined : new Date(`${at}Z`).toISOString())

function bodyOf({ name, seed, given, mode, at, ttl }: Asked): BodyOf<'createWorld'> {
  const clock = defined({ mode: some(mode) as 'running' | 'frozen' | undefined, at: instantOf(at) })
  return defined({
    name: name.trim(),
    seed: some(seed),
    given: some(given),
    ttl: some(ttl),
    clock: Object.keys(clock).length > 0 ? clock : undefined,
  })
}

function typed({ name, seed, given, mode, at, ttl }: Asked): string {
  return commandThere(['world', 'create', name.trim() || 'NAME'], {
    seed: some(seed),
    given: some(given),
    clock: some(mode),
    at: instantOf(at),
    ttl: some(ttl),
  })
}

export function NewWorld({ onClose, onMade }: NewWorldProps) {
  const [asked, ask] = useState(NOTHING)
  const on = (name: keyof Asked) => (value: string) => ask({ ...asked, [name]: value })
  const make = async () => {
    if (asked.name.trim() === '') throw new Error('give the world a name first')
    const { name } = await call('createWorld', { body: bodyOf(asked) })
    onMade()
    onClose()
    return `the world ${name} is there: ${homeOf(name)}`
  }
  return (
    <Dialog title="A new world" onClose={onClose}>
      <Form label="A new world" onSubmit={() => {}}>
        <WorldFields asked={asked} on={on} />
        <ActButton look="main" type="submit" act={make}>
          Make it
        </ActButton>
      </Form>
      <p class="hint">The same in a terminal:</p>
      <Command text={typed(asked)} />
    </Dialog>
  )
}

interface WorldFieldsProps {
  readonly asked: Asked
  readonly on: (name: keyof Asked) => (value: string) => void
}

function WorldFields({ asked, on }: WorldFieldsProps) {
  const field = (name: keyof Asked) => ({ value: asked[name], onValue: on(name) })
  return (
    <>
      <TextField
        label="Name"
        hint="letters, digits, dots, _ and -: as in ci-7"
        {...field('name')}
        required
      />
      <TextField
        label="Named state it begins with"
        hint="as in: an assigned bundle. Listed by npx esimulator states"
        {...field('given')}
      />
      <TextField
        label="Seed"
        hint="the same one gives the same ids, ICCIDs and names"
        {...field('seed')}
      />
      <SelectField
        label="Clock"
        {...field('mode')}
        options={[
          ['', 'as the simulator has it'],
          ['running', 'running'],
          ['frozen', 'frozen'],
        ]}
      />
      <TextField label="Its clock shows first (UTC)" type="datetime-local" {...field('at')} />
      <TextField
        label="Removed by itself after"
        hint="by the wall clock, as in 1h or PT90M; never unless told"
        {...field('ttl')}
      />
    </>
  )
}
