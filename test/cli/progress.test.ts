// What a long call has come to, told while it is under way.
import { expect, test } from 'vitest'
import { withProgress } from '../../src/cli/progress.ts'

/** Work that ends once progress was told so many times. */
function work(times: number, isTerminal: boolean) {
  const written: string[] = []
  let end: (value: string) => void = () => {}
  const done = new Promise<string>((resolve) => {
    end = resolve
  })
  const write = (text: string) => {
    written.push(text)
    if (written.length === times) end('the answer')
  }
  return { done, written, telling: { isTerminal, every: 5, write } }
}

test('elsewhere than on a terminal each look is a line', async () => {
  const { done, written, telling } = work(3, false)
  expect(await withProgress(done, async () => 'it has come to A', telling)).toBe('the answer')
  expect(written).toEqual(Array(3).fill('it has come to A, after 0 s\n'))
})

test('on a terminal one line is written over and over, and taken away at the end', async () => {
  const { done, written, telling } = work(2, true)
  await withProgress(done, async () => 'it has come to A', telling)
  expect(written).toEqual([
    '\r\u001b[Kit has come to A, after 0 s',
    '\r\u001b[Kit has come to A, after 0 s',
    '\r\u001b[K',
  ])
})

test('what ends soon tells nothing, and where nobody can look, nothing is told', async () => {
  const { written, telling } = work(1, true)
  expect(await withProgress(Promise.resolve(1), async () => 'soon', telling)).toBe(1)
  let looks = 0
  let end: (value: number) => void = () => {}
  const long = new Promise<number>((resolve) => {
    end = resolve
  })
  const look = async () => {
    looks += 1
    if (looks === 3) end(2)
    throw new Error('nobody answers')
  }
  expect(await withProgress(long, look, telling)).toBe(2)
  expect(written).toEqual([])
})

test('an error of the work comes through', async () => {
  const { telling } = work(1, false)
  const failing = Promise.reject(new Error('refused'))
  await expect(withProgress(failing, async () => '', telling)).rejects.toThrow('refused')
})
