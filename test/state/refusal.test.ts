// Refusals: which codes there are, as the compiler sees them.
import { expect, expectTypeOf, test } from 'vitest'
import { type AnyRefusal, type CommonRefusal, Refusal } from '../../src/state/refusal.ts'

test('a refusal carries its code, the whole reason and what its wording needs', () => {
  const refusal = new Refusal('not-found', 'there is no bundle 7', { bundle: '7' })
  expect(refusal).toBeInstanceOf(Error)
  expect(refusal).toMatchObject({
    name: 'Refusal',
    code: 'not-found',
    message: 'there is no bundle 7',
    detail: { bundle: '7' },
  })
  expect(new Refusal('busy', 'wait').detail).toEqual({})
})

test('a code that nobody words is none: neither a common one nor one of a provider’s own', () => {
  type Own = 'out-of-stock'
  type CodeOf<T> = T extends new (code: infer Code, ...rest: never) => unknown ? Code : never
  type Common = typeof Refusal<CommonRefusal>
  type WithOwn = typeof Refusal<Own>
  expectTypeOf<CodeOf<Common>>().toEqualTypeOf<CommonRefusal>()
  expectTypeOf<CodeOf<WithOwn>>().toEqualTypeOf<Own | CommonRefusal>()
  expectTypeOf<'out-of-stok'>().not.toExtend<CodeOf<WithOwn>>()
  expectTypeOf<Own>().not.toExtend<CodeOf<Common>>()
})

test('the codes that a refusal may have are not made up from the one it is given', () => {
  expectTypeOf(new Refusal('busy', 'wait')).toEqualTypeOf<Refusal<CommonRefusal>>()
  expectTypeOf(new Refusal<'own'>('busy', 'wait').code).toEqualTypeOf<'own' | CommonRefusal>()
  expectTypeOf<Refusal<'own'>>().toExtend<AnyRefusal>()
})
