// Generated mutants that are left out, each with the reason why no client could tell them.

const OURS =
  'only a mistake or a gap of the simulator, a full disk or an embedding program leads to it'
const STARTS = 'no bundle of it is given a time it begins at'
const NOBODY = 'nothing of this provider refuses with it'

/** `[provider or *, pattern of what follows it in the id, why]`. */
export const exceptions = [
  [
    '*',
    /^(token-)?refusal-(unreadable-body|not-implemented|writes-refused|reply-violates-spec|internal)-/,
    OURS,
  ],
  ['*', /^(token-)?refusal-unknown-world-/, "worlds are the simulator's own: no provider has them"],
  [
    '*',
    /^(token-)?refusal-forbidden-/,
    'pages of other sites are refused by the simulator, and not by the provider',
  ],
  [
    '*',
    /^(token-)?refusal-body-too-large-/,
    "how long a body may be is the simulator's own bound: test/limits holds it",
  ],
  [
    'esim-go',
    /^profile-installed-delete-/,
    'a handset turns on what it installs: nothing is deleted in between',
  ],
  ['esim-go', /^refusal-not-acceptable-/, 'no operation refuses a header Accept'],
  ['highland', /^refusal-(not-found|busy)-/, NOBODY],
  ['accounts-orders', /^refusal-busy-/, NOBODY],
  [
    'highland',
    /^service-(?!active-suspend-(not|elsewhere)|suspended-(resume-(not|elsewhere)|suspend-allowed)|active-resume-allowed)/,
    'its eSIMs are suspended and resumed, nothing else',
  ],
  [
    'esim-go',
    /^service-(inactive-|\w+-(activate|reactivate)-)/,
    'its eSIMs are active from the beginning, and do not come back',
  ],
  [
    'accounts-orders',
    /^service-(inactive-|\w+-(activate|reactivate)-)/,
    'its SIM profiles are active from the beginning, and do not come back',
  ],
  [
    'wholesale',
    /^bundle-(processing|active-expire|depleted)-/,
    'its allowances never wait, and a bill cycle fills them before they end',
  ],
  [
    'wholesale',
    /^service-(inactive-(suspend|cease|resume|reactivate)|\w+-activate)-allowed/,
    'a line is inactive within its activation alone, and that takes a SIM without a line',
  ],
  [
    'esim-go',
    /^service-ceased-(suspend|resume|cease)-allowed/,
    'a deactivated eSIM is refused before it could move',
  ],
  [
    'accounts-orders',
    /^bundle-(active|depleted)-expire-elsewhere/,
    'nothing tells of the state of a month that is over',
  ],
  [
    'accounts-orders',
    /^service-ceased-(suspend|resume|cease)-allowed/,
    'a subscription that has ended is refused before its SIM could move',
  ],
  ['highland', /^time-state-bundles-2/, STARTS],
  ['wholesale', /^time-state-bundles-2/, STARTS],
  ['accounts-orders', /^time-state-bundles-2/, STARTS],
  ['highland', /^bundle-processing-/, 'its products never wait'],
  ['accounts-orders', /^bundle-processing-/, 'its data never waits'],
  ['highland', /^profile-/, "its API tells nothing of the profile: the handset is the simulator's"],
  [
    'wholesale',
    /^profile-/,
    "its API tells nothing of the profile: the handset is the simulator's",
  ],
  [
    'accounts-orders',
    /^profile-/,
    "its API tells nothing of the profile: the handset is the simulator's",
  ],
  ['wholesale', /^(time-state-installation-code-)/, 'its codes are good for ever'],
  ['accounts-orders', /^(time-state-installation-code-)/, 'its codes are good for ever'],
]
