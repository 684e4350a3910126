// A text field whose value is taken when typing pauses, on Enter, and when the field is left: for filters.
import { useEffect, useRef, useState } from 'preact/hooks'
import { later } from '../timing.ts'
import { TextField, type TextFieldProps } from './field.tsx'

/** ms; nobody who types a word pauses longer. */
const PAUSE_MS = 350

export function LateField({ value, onValue, ...rest }: TextFieldProps) {
  const [typed, setTyped] = useState(value)
  const waiting = useRef<() => void>(undefined)
  const tell = useRef(onValue)
  tell.current = onValue
  useEffect(() => setTyped((before) => (before.trim() === value ? before : value)), [value])
  useEffect(() => () => waiting.current?.(), [])
  const take = (text: string) => {
    setTyped(text)
    waiting.current?.()
    waiting.current = later(PAUSE_MS, () => tell.current(text.trim()))
  }
  return <TextField {...rest} value={typed} onValue={take} />
}
