// Runs every scenario with the tag `portable` by another engine (redocly respect), as it is and with a mistake in it: both verdicts have to be ours.
import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { startSimulator } from '../dist/index.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const redocly = join(root, 'tools/node_modules/.bin/redocly')
const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }

/** Whether a command ended with 0, and what it wrote. Rejects for what was no verdict: any status but 0 and 1. */
function outcome(command, args) {
  return new Promise((done, fail) => {
    execFile(command, args, { env }, (error, stdout, stderr) => {
      const text = stdout + stderr
      if (error && error.code !== 1) fail(new Error(`${command} ${args.join(' ')}:\n${text}`))
      else done({ passed: !error, text })
    })
  })
}

/** By `esimulator run`. */
const ours = (file, sim) =>
  outcome(process.execPath, [join(root, 'dist/cli/main.js'), 'run', file, '--target', sim.url])

/** By respect, in a world of its own. */
async function theirs(file, sim) {
  const name = file.split('/').at(-1)
  const reply = await fetch(`${sim.url}/_sim/worlds`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, clock: { mode: 'frozen' } }),
  })
  const { credentials } = await reply.json()
  const servers = parse(readFileSync(file, 'utf8')).sourceDescriptions.flatMap((source) => {
    const spec = parse(readFileSync(new URL(source.url, `file://${file}`), 'utf8'))
    const path = new URL(spec.servers[0].url, sim.url).pathname.replace(/\/$/, '')
    return ['--server', `${source.name}=${sim.url}/w/${name}${path}`]
  })
  const key = ['--input', `apiKey=${credentials['esim-go'].apiKey}`]
  return outcome(redocly, ['respect', file, ...servers, ...key])
}

/** Demands 418 where the last step that demands 200 does. */
const withMistake = (text) => text.replace(/(.*\$statusCode == )200/s, '$1418')

/** Tells whether both engines came to the verdict that is right. */
async function holds(file, right, sim) {
  const verdicts = await Promise.all([ours(file, sim), theirs(file, sim)])
  const good = verdicts.every(({ passed }) => passed === right)
  console.log(
    `${good ? '✓' : '✗'} ${file.split('/').at(-1)}: ${right ? 'passes' : 'fails'} in both`,
  )
  if (!good) console.log(verdicts.map(({ text }) => text).join('\n'))
  return good
}

const folder = mkdtempSync(join(tmpdir(), 'esimulator-respect-'))
const sim = await startSimulator()
try {
  symlinkSync(join(root, 'specs'), join(folder, 'specs'))
  mkdirSync(join(folder, 'scenarios'))
  let count = 0
  for (const name of readdirSync(join(root, 'scenarios'))) {
    const text = readFileSync(join(root, 'scenarios', name), 'utf8')
    const isPortable = ({ 'x-esimulator': own }) => own?.tags?.includes('portable')
    if (!parse(text).workflows.some(isPortable)) continue
    count += 1
    const right = join(folder, 'scenarios', name)
    const wrong = join(folder, 'scenarios', `mistaken-${name}`)
    writeFileSync(right, text)
    writeFileSync(wrong, withMistake(text))
    if (!(await holds(right, true, sim)) || !(await holds(wrong, false, sim))) process.exitCode = 1
  }
  if (count < 4) throw new Error(`only ${count} scenarios have the tag portable`)
} finally {
  await sim.close()
  rmSync(folder, { recursive: true })
}
