// The picture of the README: its walk as a terminal, drawn from the very commands and outputs that a test holds to.
const WIDTH = 860
const LINE = 19
const MARGIN = 18
const MOST = 104

/** How the lines begin that are drawn; the README has each of them in its walk. */
const LINES = [
  'npx esimulator sim install ',
  '8943108187380282680 is enabled: ',
  'npx esimulator sim use ',
  'used 800 MB of ',
  'genuine {"iccid":"8943108187380282680","alertType":"ProfileStatusChange"',
  'genuine {"iccid":"8943108187380282680","alertType":"FirstUse"',
  'genuine {"iccid":"8943108187380282680","alertType":"Utilisation"',
  'npx esimulator clock advance ',
  'npx esimulator sim show ',
  'bundle     name ',
  '215000001  esim_1GB_7D_GB_V2  expired ',
]

/**
 * The commands and outputs of the README's walk as an SVG.
 * @param readme its text
 * @throws Error where a line is not in the walk
 */
export function walkPicture(readme: string): string {
  const lines = LINES.map((begins) => lineOf(readme, begins))
  const height = lines.length * LINE + 2 * MARGIN + 22
  const rows = lines.map((text, at) => {
    const y = MARGIN + 34 + at * LINE
    const shown = escaped(clipped(text))
    return text.startsWith('npx ')
      ? `  <text x="${MARGIN}" y="${y}"><tspan class="prompt">$</tspan> <tspan class="typed">${shown}</tspan></text>`
      : `  <text x="${MARGIN}" y="${y}">${shown}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    '  <title>An order, its eSIM in use, signed callbacks, a week that goes by, an expired bundle</title>',
    '  <style>text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #c9d1d9; white-space: pre }',
    '    .prompt { fill: #7ee787 } .typed { fill: #ffffff; font-weight: 600 }</style>',
    `  <rect width="${WIDTH}" height="${height}" rx="8" fill="#0d1117"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (colour, at) => `  <circle cx="${MARGIN + 6 + at * 18}" cy="18" r="5.5" fill="${colour}"/>`,
    ),
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

function lineOf(readme: string, begins: string): string {
  const walk = readme.split('\n## From an order')[1]?.split('\n## ')[0] ?? ''
  const found = walk.split('\n').find((line) => line.startsWith(begins))
  if (found === undefined) throw new Error(`the walk of the README has no line "${begins}..."`)
  return found
}

const clipped = (text: string) => (text.length <= MOST ? text : `${text.slice(0, MOST - 1)}…`)

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
