// A text that does harm wherever it is taken for markup or for script, and what tells that it did none.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Markup, script, other directions of writing, and a word that no line can hold. */
export const HOSTILE = `"><img src=x onerror=alert(1)><script>alert(2)</script>'\u202eרע${'W'.repeat(300)}`

/** Watches a page: nothing asks, nothing runs, and it stays as wide as its window. */
export function hostile(page: Page): { expectHarmless(): Promise<void> } {
  const dialogs: string[] = []
  page.on('dialog', async (dialog) => {
    dialogs.push(dialog.message())
    await dialog.dismiss()
  })
  return {
    async expectHarmless() {
      const { width, window, images } = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        window: innerWidth,
        images: document.querySelectorAll('main img, main script').length,
      }))
      expect(width).toBeLessThanOrEqual(window)
      expect(images).toBe(0)
      expect(dialogs).toEqual([])
    },
  }
}
