// The comment by which an editor knows what a YAML file may say: the schema of its kind.
import { dirname, relative, resolve } from 'node:path'

/** Where the schemas are in the project of somebody who has installed the package. */
const INSTALLED = 'node_modules/esimulator/dist/specs'

/** The files that people write for the simulator. */
export type WrittenKind = 'workflow' | 'seed-file' | 'config'

/** The name of the file of a schema. */
export function schemaFile(kind: WrittenKind): string {
  return `${kind}.schema.json`
}

/**
 * The path from a file to the schema of its kind.
 * @param file that is to carry it; one in the folder that is worked in unless given
 * @param folder of the schemas; where the package is installed in the folder that is worked in
 */
export function schemaPath(kind: WrittenKind, file = 'x', folder = INSTALLED): string {
  const from = dirname(resolve(file))
  const path = relative(from, resolve(folder, schemaFile(kind))).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}

/** The first line of a YAML file whose schema is at a path. */
export function editorComment(path: string): string {
  return `# yaml-language-server: $schema=${path}`
}
