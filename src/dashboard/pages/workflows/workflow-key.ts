// What tells workflows apart: two files may each have one of the same id.
export const keyOf = ({ file, id }: { readonly file: string; readonly id: string }): string =>
  `${file}#${id}`
