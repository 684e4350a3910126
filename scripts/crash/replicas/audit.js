// Who wrote what, as the database itself saw it: the proof that no world was in two hands.
import pg from 'pg'

/** Rows of it in PostgreSQL are written by triggers, in the transaction that they tell of. */
const TABLES = `
CREATE SCHEMA audit;
CREATE TABLE audit.replicas (id text PRIMARY KEY, program text NOT NULL);
CREATE TABLE audit.commits (
  world bigint NOT NULL, before bigint NOT NULL, n bigint NOT NULL, fence bigint NOT NULL, holder text,
  program text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), UNIQUE (world, n)
);
CREATE FUNCTION audit.note_replica() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO audit.replicas VALUES (NEW.id, current_setting('application_name')) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE FUNCTION audit.note_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO audit.commits (world, before, n, fence, holder, program)
    VALUES (NEW.id, OLD.n, NEW.n, NEW.fence, NEW.replica, current_setting('application_name'));
  RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT ON esimulator.replicas FOR EACH ROW EXECUTE FUNCTION audit.note_replica();
CREATE TRIGGER audit AFTER UPDATE ON esimulator.worlds
  FOR EACH ROW WHEN (NEW.n <> OLD.n) EXECUTE FUNCTION audit.note_commit();
INSERT INTO audit.replicas SELECT id, 'replica-1' FROM esimulator.replicas`

/** Each finds what may not be, one row each. */
const CHECKS = {
  'two leases of a world under one fencing number': `
    SELECT world, fence, count(*) FROM esimulator.leases GROUP BY world, fence HAVING count(*) > 1`,
  'a later lease has a smaller fencing number': `
    SELECT * FROM (SELECT world, fence, taken_at, lag(taken_at) OVER (PARTITION BY world ORDER BY fence) AS before
      FROM esimulator.leases) l WHERE before > taken_at`,
  'a change under another fencing number than its commit': `
    SELECT h.world, h.n, h.fence, c.fence AS committed, c.program FROM esimulator.changes h
    JOIN audit.commits c USING (world, n) WHERE c.fence <> h.fence`,
  'a commit after the next replica took the world': `
    SELECT c.*, l.replica, l.taken_at FROM audit.commits c
    JOIN esimulator.leases l ON l.world = c.world AND l.fence = c.fence + 1 WHERE c.at > l.taken_at`,
  'a commit of another process than the one that took the world': `
    SELECT c.*, r.program AS holder FROM audit.commits c
    LEFT JOIN esimulator.leases l ON l.world = c.world AND l.fence = c.fence
    LEFT JOIN audit.replicas r ON r.id = l.replica WHERE r.program IS DISTINCT FROM c.program`,
  'an earlier commit under a later fencing number': `
    SELECT * FROM (SELECT *, lag(fence) OVER (PARTITION BY world ORDER BY n) AS earlier FROM audit.commits) c
    WHERE earlier > fence`,
  'a commit does not follow the one before': `
    SELECT * FROM (SELECT *, lag(n) OVER (PARTITION BY world ORDER BY n) AS last FROM audit.commits) c
    WHERE last <> before OR n <= before`,
}

async function within(url, act) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await act(async (text) => (await client.query(text)).rows)
  } finally {
    await client.end()
  }
}

/** Begins to write down. One replica has made the tables by then. */
export function beginAudit(url) {
  return within(url, (ask) => ask(TABLES))
}

/** What the database saw and may not be: each with the first rows of it. */
export function auditProblems(url) {
  return within(url, async (ask) => {
    const problems = []
    for (const [what, query] of Object.entries(CHECKS)) {
      const rows = await ask(query)
      if (rows.length > 0)
        problems.push({ what: `${what} (${rows.length})`, rows: rows.slice(0, 5) })
    }
    return problems
  })
}

/** How much was looked at. */
export function auditCounts(url) {
  return within(url, async (ask) => {
    const [row] = await ask(`SELECT (SELECT count(*)::int FROM esimulator.leases) AS leases,
      (SELECT count(*)::int FROM audit.commits) AS commits`)
    return row
  })
}

/** All that is known of who had which world and wrote to it, to look at by hand. */
export function auditRows(url) {
  return within(url, async (ask) => ({
    worlds: await ask('SELECT * FROM esimulator.worlds ORDER BY id'),
    replicas: await ask(
      'SELECT r.*, a.program FROM esimulator.replicas r LEFT JOIN audit.replicas a USING (id)',
    ),
    leases: await ask('SELECT * FROM esimulator.leases ORDER BY world, fence'),
    commits: await ask('SELECT * FROM audit.commits ORDER BY world, n'),
  }))
}
