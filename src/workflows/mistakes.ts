// What is wrong in a file: told with file, line and column.

/** A place in a file; lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Something wrong in a file, and what to do. */
export interface Mistake extends Place {
  readonly message: string
}

/** `scenario.yaml:12:5: message`. */
export function mistakeText({ file, line, column, message }: Mistake): string {
  return `${file}:${line}:${column}: ${message}`
}

/** A file that could not be used, with everything that is wrong in it. */
export class MistakesError extends Error {
  override readonly name = 'MistakesError'
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(mistakeText).join('\n'))
    this.mistakes = mistakes
  }
}
