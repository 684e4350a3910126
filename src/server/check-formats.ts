// The formats that a schema may ask for, the same for validators compiled here and those of the build.
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { isInstant } from '../state/instant.ts'

/** A format as Ajv takes it. */
type Format = (typeof fullFormats)[keyof typeof fullFormats]

/** Ajv's own let through what no clock shows, such as a leap second. */
export const instants = {
  'date-time': isInstant,
  'iso-date-time': (text: string) => isInstant(text) || isInstant(`${text}Z`),
} satisfies Readonly<Record<string, Format>>

/** All that a validator of the build may look up; those that are regular expressions stand in it. */
export const formats: Readonly<Record<string, Format>> = { ...fullFormats, ...instants }
