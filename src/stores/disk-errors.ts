// What the operating system says about a file, as a sentence a user can act on.
import { reasonOf } from '../state/reason.ts'

const meanings: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EFBIG: 'the file would be larger than is allowed',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reports an input/output error',
  EISDIR: 'a folder stands in its place',
  ENOTDIR: 'a file stands where a folder should be',
  EEXIST: 'a file stands in its place',
  ENOENT: 'the folder is gone',
  EMFILE: 'too many open files',
}

/** The code of a system error, as in `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/**
 * Why an operation on a file failed, without the file's name: `the disk is full
 * (ENOSPC)`.
 */
export function reason(error: unknown): string {
  const code = codeOf(error)
  const meaning = code && meanings[code]
  if (meaning) return `${meaning} (${code})`
  return reasonOf(error)
}
