// A promise that is kept by somebody else.

export interface Deferred {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: Error): void
}

export function deferred(): Deferred {
  let resolve = () => {}
  let reject = (_: Error) => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  // Whoever waits may be gone (its client hung up) when the write fails.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
