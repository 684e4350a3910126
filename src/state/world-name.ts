// What a world may be called: safe in URLs, and as a file on every file system.

const WORLD_NAME = /^[A-Za-z0-9._-]{1,64}$/

/** True for 1 to 64 of A-Z a-z 0-9 . _ - */
export function isWorldName(name: string): boolean {
  return WORLD_NAME.test(name)
}
