import { appOperations, channels as contractChannels } from '#contract/app'
import { windowOperations, windowStreams } from '#contract/window'

/*
 * What the page may name, from the contract. The build evaluates this file and puts the lists in its place, because the
 * contract's schemas would bring a whole validation library into the sandboxed preload: tools/build/evaluated-module.ts.
 */

export const callNames: readonly string[] = [...windowOperations, ...Object.values(appOperations)].map(
  ({ name }) => name,
)

export const streamNames: readonly string[] = windowStreams.map(({ name }) => name)

export const channels = contractChannels
