// The tables of a PostgreSQL store: what is in each, and the steps that lead from version to version.

/** The version of the tables that this program reads and writes. */
export const VERSION = 1

/**
 * What leads to each version from the one before, the first from an empty schema. A step that was
 * published is never changed. Replicas of the version before go on while it is made, as they are
 * updated one after the other: it takes nothing away that they read or write.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Which version of the tables this is: one row.
  CREATE TABLE meta (version integer NOT NULL);

  -- The simulators that share this store. Each puts alive_until off, by the clock of the database.
  CREATE TABLE replicas (
    id text PRIMARY KEY,
    url text NOT NULL,
    -- Whoever sends it to this replica has read it here, and is another one.
    key text NOT NULL,
    alive_until timestamptz NOT NULL,
    dead boolean NOT NULL DEFAULT false,
    leaving boolean NOT NULL DEFAULT false
  );

  -- The worlds. No index has n: each commit writes it, and costs no index an entry so.
  CREATE TABLE worlds (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- NULL for a world that is gone or was set aside: its rows go, or are looked at by hand.
    name text COLLATE "C" UNIQUE,
    -- Grows each time a replica takes the world: what is written under an older one is refused.
    fence bigint NOT NULL DEFAULT 0,
    -- The number of the last commit; 0 for a name that nothing was written of yet.
    n bigint NOT NULL DEFAULT 0,
    -- Who has it; NULL while nobody has.
    replica text,
    let_go_at timestamptz,
    -- When somebody has to look after it, though nobody asks.
    wake_at timestamptz,
    -- What it was called, where it was set aside.
    aside text
  ) WITH (fillfactor = 50);
  CREATE INDEX worlds_replica ON worlds (replica);
  CREATE INDEX worlds_wake_at ON worlds (wake_at) WHERE wake_at IS NOT NULL;

  -- Which records of a world count: those of this life, which are as of commit n. None yet: 0, 0.
  -- The rows of other lives are on their way in or out.
  CREATE SEQUENCE lives;
  CREATE TABLE bases (
    world bigint PRIMARY KEY,
    life bigint NOT NULL,
    n bigint NOT NULL
  );

  -- The records of worlds. A key is spelled as JSON spells it within its quotes: PostgreSQL takes no
  -- NUL in a text. json and not jsonb: the same bytes come back.
  CREATE TABLE records (
    world bigint NOT NULL,
    life bigint NOT NULL,
    collection text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    -- The commit that the key came with, and its place there: the order of the records.
    n bigint NOT NULL,
    at integer NOT NULL,
    record json NOT NULL,
    PRIMARY KEY (world, life, collection, key)
  );
  CREATE INDEX records_order ON records (world, life, n, at);

  -- The commits since the base. A large one has several rows, which begin at its change number first.
  CREATE TABLE changes (
    world bigint NOT NULL,
    n bigint NOT NULL,
    first integer NOT NULL,
    fence bigint NOT NULL,
    -- True where the world begins anew with it: what was kept before no longer counts.
    replaces boolean NOT NULL,
    -- [[collection, key, record or null], ...], the key spelled as in records.
    changes json NOT NULL,
    -- The step of the history that it belongs to, what caused that, and the virtual ms it was made at.
    step bigint,
    cause json,
    at double precision,
    PRIMARY KEY (world, n, first)
  );

  -- The credentials in the present records of all worlds, their keys spelled as in records.
  CREATE TABLE credentials (
    key text COLLATE "C" NOT NULL,
    world bigint NOT NULL,
    claim bigint NOT NULL,
    PRIMARY KEY (key, world)
  );
  CREATE INDEX credentials_world ON credentials (world);

  -- How many lives the worlds of a name had that are gone.
  CREATE TABLE names (
    name text COLLATE "C" PRIMARY KEY,
    lives bigint NOT NULL
  );

  -- Who took which world when: no fence of a world is there twice.
  CREATE TABLE leases (
    world bigint NOT NULL,
    fence bigint NOT NULL,
    replica text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (world, fence)
  );
  `,
]
