// Where a product may be used.

/**
 * True where a product covers a country.
 * @param countries ISO 3166 alpha-2, joined with `+`; `*` is every country
 */
export function covers(countries: string, country: string): boolean {
  return countries === '*' || countries.split('+').includes(country)
}
