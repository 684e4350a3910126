// A provider held to all that the built-in ones are held to: its shape, its states, its callbacks, its suite.
import { existsSync } from 'node:fs'
import { providerProblems } from '../server/provider-check.ts'
import { firstProblem, recordCheck } from '../server/record-check.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import type { CallbackRules, Simulator } from '../simulators/simulator.ts'
import { reasonOf } from '../state/reason.ts'
import type { World } from '../state/world.ts'
import { compileFile } from '../workflows/compile.ts'
import type { Program } from '../workflows/program.ts'
import { openSimulator } from './open-simulator.ts'

/** Every problem of a provider, a sentence each; empty: none. */
export async function allProblems(simulator: Simulator): Promise<string[]> {
  const problems = await providerProblems(simulator)
  if (problems.length > 0) return problems
  const seeds = Object.keys(simulator.seeds)
  const laid = await Promise.all(seeds.map((seed) => seedProblems(simulator, seed)))
  return [...laid.flat(), ...machineProblems(simulator), ...(await suiteProblems(simulator))]
}

/** Machines that would be shown as those of another provider, or of all. */
function machineProblems({ slug, machines = [] }: Simulator): string[] {
  const others = machines.filter(({ provider }) => provider !== slug)
  return others.map(
    ({ name }) => `its machine "${name}" is not its own: give it provider: '${slug}'`,
  )
}

/** What is wrong with a world that begins in a seed. */
async function seedProblems(simulator: Simulator, seed: string): Promise<string[]> {
  try {
    const server = await openSimulator({ providers: [simulator], given: seed })
    try {
      const world = (await server.worlds.open(DEFAULT_WORLD))?.world
      if (!world) return []
      const wrong = await firstProblem(recordCheck([simulator]), world.records)
      const { callbacks, slug } = simulator
      const checked = callbacks?.seed === seed ? callbacks : undefined
      return [
        ...(wrong === undefined ? [] : [`the seed "${seed}" makes what cannot be: ${wrong}`]),
        ...(checked?.types ?? []).flatMap((type) =>
          composedProblems(checked, world, type, (body) =>
            server.callbackProblems({ provider: slug, type, body }),
          ),
        ),
      ]
    } finally {
      await server.close()
    }
  } catch (error) {
    return [`the seed "${seed}" cannot be laid: ${reasonOf(error)}`]
  }
}

function composedProblems(
  rules: CallbackRules | undefined,
  world: World,
  type: string,
  check: (body: string) => readonly string[],
): string[] {
  try {
    const version = rules?.versions[0] ?? 1
    const composed = rules?.compose(world, { type, version })
    const wrong = check(JSON.stringify(composed?.body ?? {}))
    return wrong.map((why) => `the callback ${type} breaks the spec: ${why}`)
  } catch (error) {
    return [`the callback ${type} cannot be written in "${rules?.seed}": ${reasonOf(error)}`]
  }
}

async function suiteProblems(simulator: Simulator): Promise<string[]> {
  const { suites } = simulator.plugin ?? { suites: [] }
  const missing = suites.filter((file) => !existsSync(file))
  if (missing.length > 0) return missing.map((file) => `its suite ${file} is not there`)
  if (suites.length === 0) return []
  try {
    const programs = await Promise.all(suites.map(compileFile))
    return programsProblems(simulator, programs)
  } catch (error) {
    return [`its suite cannot be run: ${reasonOf(error)}`]
  }
}

/** What the suite starts from is there, and every operation is called by a case or is a gap. */
function programsProblems(simulator: Simulator, programs: readonly Program[]): string[] {
  const workflows = programs.flatMap((program) => [...program.workflows.values()])
  const states = [...Object.keys(simulator.seeds), ...Object.keys(simulator.states ?? {})]
  const unknown = workflows.flatMap(({ id, extension: { given = '' } }) =>
    given
      .split(';')
      .map((state) => state.trim())
      .filter((state) => state !== '' && !states.some((known) => begins(state, known)))
      .map((state) => `the workflow ${id} starts from "${state}": there is ${states.join(', ')}`),
  )
  const called = new Set(
    workflows.flatMap(({ steps }) =>
      steps.flatMap(({ work }) =>
        work.kind === 'operation' && work.source.simulator?.slug === simulator.slug
          ? [work.operation.id]
          : [],
      ),
    ),
  )
  const uncalled = Object.keys(simulator.handlers).filter((id) => !called.has(id))
  return [...unknown, ...uncalled.map((id) => `no case of its suite calls ${id}: add one`)]
}

/** A state, or one with values behind its name. */
function begins(state: string, name: string): boolean {
  return state === name || state.startsWith(`${name} `)
}
