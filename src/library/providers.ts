// What the types of the library know of providers: their slugs, states, settings, replies.
import type { BuiltIn, ProviderSlug, SettingValuesOf } from '../simulators/index.ts'
import type { Simulator } from '../simulators/simulator.ts'

/** A provider that is wanted: the slug of a built-in one, or one of your own. */
export type ProviderChoice = ProviderSlug | Simulator

/** The slugs of chosen providers; any text where one of them is your own. */
export type SlugOf<Provider extends ProviderChoice> = Provider extends Simulator
  ? Provider['slug']
  : Provider

/**
 * Names of the states that a provider can begin from, as in `an assigned bundle`. What each holds,
 * and what to do next in it, tells `pactStates(slug)`.
 */
export type StateName<Slug extends string = ProviderSlug> = Slug extends ProviderSlug
  ? BuiltIn[Slug]['seed'] | BuiltIn[Slug]['state']
  : string

/**
 * How a world begins: the name of a state, alone or with its values, or several with `;` between.
 * Editors list the names; one there is not is refused when it is given, with what was perhaps meant.
 *
 * @example
 * await startSimulator({ given: 'an assigned bundle' })
 * await startSimulator({ given: 'balance 0.50' })
 * await startSimulator({ given: 'an eSIM {"iccid": "8943108000000000001"}; balance 0.50' })
 */
export type Given<Slug extends string = ProviderSlug> =
  | StateName<Slug>
  // A text with no more to it: with `string` alone nothing would be listed.
  | (string & Record<never, never>)

/** Values of settings, by provider. */
export type ChosenSettings<Slug extends string = ProviderSlug> = {
  readonly [Of in Slug]?: {
    readonly [Name in keyof SettingValuesOf<Of>]?: SettingValuesOf<Of>[Name]
  }
}

/** The operations of a provider's spec, by id. */
type OperationsOf<Slug extends ProviderSlug> = BuiltIn[Slug]['spec']['operations']

/** The ids of a provider's operations, as its spec has them. */
export type OperationOf<Slug extends ProviderSlug> = keyof OperationsOf<Slug> & string

type BodyIn<Content> = Content extends { content: infer Types } ? Types[keyof Types] : undefined

/** The statuses with which an operation does what it is asked. */
type Fine = 200 | 201 | 202 | 204

/**
 * What a provider answers to an operation: with the status given, or where it does what it is asked.
 *
 * @example
 * const response = await fetch(`${sim.baseUrl('esim-go')}/orders`, order)
 * const { orderReference } = (await response.json()) as Reply<'esim-go', 'createOrder'>
 */
export type Reply<
  Slug extends ProviderSlug,
  Id extends OperationOf<Slug>,
  Status extends number = Fine,
> = OperationsOf<Slug>[Id] extends { responses: infer Replies }
  ? BodyIn<Replies[Status & keyof Replies]>
  : never

/**
 * What a provider is sent with an operation.
 *
 * @example
 * const order: Sent<'esim-go', 'createOrder'> = { type: 'transaction', assign: true, order: [] }
 */
export type Sent<
  Slug extends ProviderSlug,
  Id extends OperationOf<Slug>,
> = OperationsOf<Slug>[Id] extends { requestBody?: infer Body }
  ? BodyIn<NonNullable<Body>>
  : undefined

/** The schemas of a provider's spec, by name. */
type SchemasOf<Slug extends ProviderSlug> = BuiltIn[Slug]['spec']['components'] extends {
  schemas: infer Named
}
  ? Named
  : never

/**
 * A shape of a provider's spec, by its name there.
 *
 * @example
 * type Order = Schema<'esim-go', 'Order'>
 */
export type Schema<
  Slug extends ProviderSlug,
  Name extends keyof SchemasOf<Slug>,
> = SchemasOf<Slug>[Name]
