// Who is measured: our server in its two modes, and those it is held against.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url))
const require = createRequire(import.meta.url)

/**
 * @typedef {object} Peer
 * @property {'bare' | 'ours' | 'lowdb' | 'express' | 'prism'} id
 * @property {string} title
 * @property {string} base in front of the paths of the API
 * @property {Record<string, string>} [env]
 * @property {(port: number, files: Files) => string[]} args what follows `node`
 */

/**
 * @typedef {object} Files
 * @property {string} state a folder that is not there yet
 * @property {string} replies a JSON file: the bytes that bare node:http and Express send, by method
 */

export const CLI = path('../dist/cli/main.js')
const SPEC = path('../specs/esim-go.yaml')

/** @param {string} manifest */
function versionIn(manifest) {
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

/**
 * In the order they take their turns. Read only once the packages of this folder are installed.
 * @returns {Peer[]}
 */
export function peers() {
  const prism = require.resolve('@stoplight/prism-cli/package.json')
  const ours = ['start', '--port']
  return [
    {
      id: 'bare',
      title: 'bare node:http',
      base: '/esim-go/v2.4',
      args: (port, { replies }) => [path('bare-server.js'), `${port}`, replies],
    },
    {
      id: 'ours',
      title: 'esimulator --ephemeral',
      base: '/esim-go/v2.4',
      args: (port) => [CLI, ...ours, `${port}`, '--ephemeral'],
    },
    {
      id: 'lowdb',
      title: 'esimulator --state DIR',
      base: '/esim-go/v2.4',
      args: (port, { state }) => [CLI, ...ours, `${port}`, '--state', state],
    },
    {
      id: 'express',
      title: `Express ${versionIn(path('../node_modules/express/package.json'))}`,
      base: '/esim-go/v2.4',
      env: { NODE_ENV: 'production' },
      args: (port, { replies }) => [path('express-server.js'), `${port}`, replies],
    },
    {
      id: 'prism',
      title: `Prism ${versionIn(prism)} mock`,
      base: '',
      args: (port) => [
        join(dirname(prism), 'dist/index.js'),
        'mock',
        '-h',
        '127.0.0.1',
        '-p',
        `${port}`,
        '-v',
        'silent',
        SPEC,
      ],
    },
  ]
}
