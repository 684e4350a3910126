// The organisation's name, address and users: made up, always the same for a world.
import { hash } from '../../../state/random.ts'
import { loadNow } from '../../../state/shipped-files.ts'
import { type Identity, seedText } from '../../../state/world-records.ts'
import { SLUG } from '../records.ts'
import type { components } from '../spec.d.ts'

type Organisation = components['schemas']['Organisation']
type OrganisationProfile = Pick<
  Organisation,
  'name' | 'addr1' | 'addr2' | 'city' | 'country' | 'postcode' | 'notes' | 'website' | 'users'
>

/** Derived from who the world is alone, so nothing of it needs keeping. */
export function organisationProfile(identity: Identity): OrganisationProfile {
  // Few callers look at the organisation, and names are heavy.
  type Faker = typeof import('@faker-js/faker/locale/en')
  const { faker } = loadNow<Faker>('@faker-js/faker/locale/en')
  faker.seed(hash(`${seedText(identity)}/${SLUG}/people`))
  const users = ['Admin', 'Developer'].map((role) => {
    const firstName = faker.person.firstName()
    const lastName = faker.person.lastName()
    const emailAddress = faker.internet
      .email({ firstName, lastName, provider: 'travel.example' })
      .toLowerCase()
    return {
      firstName,
      lastName,
      role,
      emailAddress,
      phoneNumber: faker.phone.number({ style: 'international' }),
      timeZone: 'America/New_York',
    }
  })
  return {
    name: faker.company.name(),
    addr1: faker.location.streetAddress(),
    addr2: '',
    city: faker.location.city(),
    country: 'US',
    postcode: faker.location.zipCode(),
    notes: '',
    website: 'https://travel.example',
    users,
  }
}
