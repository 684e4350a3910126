// Why a command could not run, in one sentence.

/** Ends the process with status 2; the message is one sentence that says what to do. */
export class CannotRun extends Error {}
