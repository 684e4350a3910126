// Objects without the properties that have no value.

/** `T` with every property that may be `undefined` optional instead. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K]
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** `fields` in their order, without those that are `undefined`. */
export function defined<T extends object>(fields: T): Defined<T> {
  const result: Record<string, unknown> = {}
  for (const name in fields) {
    if (fields[name] !== undefined) result[name] = fields[name]
  }
  return result as Defined<T>
}
