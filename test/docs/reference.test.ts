// docs/reference/ and the picture of the README are as the code makes them today. `npm run docs` writes them.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { walkPicture } from '../../scripts/docs/picture.ts'
import { referencePages } from '../../scripts/docs/reference.ts'
import { ROOT } from './pages.ts'

const pages = await referencePages(ROOT)

test.each(pages)(
  'docs/reference/$name is what the code makes: else run npm run docs',
  async ({ name, text }) => {
    await expect(text).toMatchFileSnapshot(`${ROOT}docs/reference/${name}`)
  },
)

test('docs/reference/ has no page that nothing makes', () => {
  const made = pages.map(({ name }) => name)
  expect(readdirSync(`${ROOT}docs/reference`).filter((name) => !made.includes(name))).toEqual([])
})

test('the picture of the README shows its walk as it is written: else run npm run docs', async () => {
  const picture = walkPicture(readFileSync(`${ROOT}README.md`, 'utf8'))
  await expect(picture).toMatchFileSnapshot(`${ROOT}docs/walk.svg`)
})
