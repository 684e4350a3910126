// stub to be written.
export async function exportPact(
  _: object,
): Promise<{ files: { file: string; interactions: number; messages: number }[] }> {
  return { files: [] }
}
