// Tells which operation a path leads to: what is written out in a spec, what is named, and what is neither.
import { expect, test } from 'vitest'
import { compileSpec } from '../../src/server/spec.ts'

const responses = { 204: { description: 'Done' } }

/** A spec that has these operations, as in `GET /a/{b}`: each is named so. */
function specOf(...operations: string[]) {
  const paths: Record<string, Record<string, object>> = {}
  for (const operationId of operations) {
    const [method = '', path = ''] = operationId.split(' ')
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const parameters = names.map((name) => {
      return { name, in: 'path', required: true, schema: { type: 'string' } }
    })
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: { operationId, parameters, responses },
    }
  }
  return compileSpec({ openapi: '3.1.0', info: { title: 'Test', version: '1' }, paths })
}

test('a segment that is written out is found before a named one', async () => {
  const { find } = await specOf('GET /a/{b}', 'GET /a/b', 'GET /a/{b}/c', 'GET /a/b/d')
  expect(find('GET', '/a/b')).toMatchObject({ operation: { id: 'GET /a/b' }, params: {} })
  expect(find('GET', '/a/x')).toMatchObject({ operation: { id: 'GET /a/{b}' }, params: { b: 'x' } })
  // What is written out leads nowhere here.
  expect(find('GET', '/a/b/c')).toMatchObject({
    operation: { id: 'GET /a/{b}/c' },
    params: { b: 'b' },
  })
  expect(find('GET', '/a/b/e')).toBeUndefined()
})

test('a method goes by the paths that have it', async () => {
  const { find, methodsAt } = await specOf('POST /a/b', 'GET /a/{b}')
  expect(find('GET', '/a/b')).toMatchObject({
    operation: { id: 'GET /a/{b}' },
    params: { b: 'b' },
  })
  expect(find('PUT', '/a/b')).toBe('other-method')
  expect(methodsAt('/a/b')).toEqual(['GET', 'HEAD', 'POST'])
  expect(find('GET', '/a')).toBeUndefined()
})

test('a slash at the end counts for nothing, in a spec or in a path', async () => {
  const { find } = await specOf('GET /a/', 'GET /a/b')
  for (const path of ['/a', '/a/']) expect(find('GET', path)).toMatchObject({ params: {} })
  expect(find('GET', '/a/b/')).toMatchObject({ operation: { id: 'GET /a/b' } })
  expect(find('GET', '/a/b//')).toBeUndefined()
})

test('values are decoded once, and are 512 characters at most', async () => {
  const { find } = await specOf('GET /a/{b}')
  expect(find('GET', '/a/x%2Fy%2541')).toMatchObject({ params: { b: 'x/y%41' } })
  expect(find('GET', '/a/%zz')).toBeUndefined()
  expect(find('GET', `/a/${'%41'.repeat(512)}`)).toMatchObject({ params: { b: 'A'.repeat(512) } })
  expect(find('GET', `/a/${'%41'.repeat(513)}`)).toBeUndefined()
})

test('a segment may have names and other text', async () => {
  const { find } = await specOf('GET /a/{name}.{type}', 'GET /a/{b}', 'GET /a/b.csv')
  expect(find('GET', '/a/b.csv')).toMatchObject({ operation: { id: 'GET /a/b.csv' } })
  expect(find('GET', '/a/c.csv')).toMatchObject({ params: { name: 'c', type: 'csv' } })
  expect(find('GET', '/a/c')).toMatchObject({ params: { b: 'c' } })
})

test('paths that cannot be told apart are no spec', async () => {
  await expect(specOf('GET /a/{b}', 'GET /a/{c}')).rejects.toThrow(
    'GET /a/{c} cannot be told from GET /a/{b}',
  )
})
