const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

/** Hands the signals that reach this process to the guest's, until the answer is called. */
export function forwardSignals(onSignal: (signal: string) => void): () => void {
  const undo = forwarded.map((signal) => {
    const listener = (): void => onSignal(signal)
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  return () => {
    for (const off of undo) off()
  }
}
