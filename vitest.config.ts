// How the tests run: everything under test/ and examples/, a worker a processor, with room for slow machines.
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Tests that need a process to themselves: they look at its memory, its signals, its modules, its environment or what
 * it prints, know providers that others must not know, change what all of a process use, or take more stack than a
 * thread has.
 */
const APART = [
  'examples/**/*.test.ts',
  'test/{browser,cli,docs,package}/**/*.test.ts',
  'test/contracts/{callbacks,differences,lists}.test.ts',
  'test/contracts/pact/{broker,verify}.test.ts',
  'test/library/*.test.ts',
  'test/limits/{connections,memory}.test.ts',
  'test/model/many-worlds.test.ts',
  'test/server/{deliver,redaction}.test.ts',
  'test/simulators/esim-go/catalogue.test.ts',
  'test/stores/crash.test.ts',
  'test/{fast-check,intercept,new-provider}.test.ts',
]

/** Those that take longest: begun last, one processor would wait for them. */
const LONG = [
  'test/docs/pages.test.ts',
  'test/limits/memory.test.ts',
  'test/package/package.test.ts',
  'test/new-provider.test.ts',
  'test/cli/run-contracts.test.ts',
  'test/cli/spec.test.ts',
  'test/stores/every-operation.test.ts',
  'test/workflows/record.test.ts',
  'test/workflows/library.test.ts',
  'test/contracts/any-account.test.ts',
]

/** First the files that need a process to themselves: a worker ends, with all it knows, where one of them follows a shared file. */
class ApartFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}

function rankOf({ project, moduleId }: TestSpecification): number {
  const at = LONG.findIndex((name) => moduleId.endsWith(name))
  return (project.name === 'apart' ? 0 : LONG.length + 1) + (at === -1 ? LONG.length : at)
}

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    setupFiles: ['test/support/file-end.setup.ts'],
    globalSetup: ['test/support/postgres.setup.ts'],
    // Vitest leaves one processor free, which of two is half.
    maxWorkers: '100%',
    sequence: { sequencer: ApartFirst },
    projects: [
      {
        extends: true,
        test: { name: 'apart', include: APART },
      },
      {
        // Files of one worker share its modules: loading them and compiling specs anew for each would take longer than all else.
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...APART],
          pool: 'threads',
          isolate: false,
        },
      },
    ],
  },
})
