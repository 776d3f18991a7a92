import type { Grant } from '#contract/sandbox'

/** The `ping` of busybox, which the trees of these tests have, knows no other way to send its requests. */
export const rawSockets: Grant = { kind: 'cap', name: 'NET_RAW' }
