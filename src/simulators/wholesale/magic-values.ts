// Magic values: what they bring about is rare otherwise. All are invented, none is in real use.

/** ZIP codes without coverage: the postal service gives none that begin with 000. */
export const UNCOVERED_ZIP = /^000/

/** Devices the network does not take: no type allocation code is eight zeros. */
export const INCOMPATIBLE_PEI = /^00000000/

/** SIMs that are there and cannot be had. */
export const UNAVAILABLE_ICCID = /^8900000/

/** Numbers that are active with another carrier: there is no area code 000. */
export const ACTIVE_ELSEWHERE = /^1000/

/** Transactions whose provisioning fails. */
export const FAILING_TRANSACTION = /^FAIL-/
