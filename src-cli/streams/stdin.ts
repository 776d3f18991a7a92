interface InputTarget {
  readonly send: (bytes: Uint8Array) => Promise<void>
  readonly end: () => void
}

/** Feeds our standard input to a process, no faster than it is taken. The answer stops it. */
export function feedStdin(stdin: NodeJS.ReadStream, target: InputTarget): () => void {
  let stopped = false
  const onData = (bytes: Buffer): void => {
    stdin.pause()
    void target.send(bytes).then(() => {
      if (!stopped) stdin.resume()
    })
  }
  let ended = false
  const onEnd = (): void => {
    if (!ended && !stopped) target.end()
    ended = true
  }
  stdin.on('data', onData)
  stdin.on('end', onEnd)
  // A standard input that cannot be read (a closed descriptor, a lost terminal) is one that has ended.
  stdin.on('error', onEnd)
  stdin.resume()
  return () => {
    stopped = true
    stdin.off('data', onData)
    stdin.off('end', onEnd)
    stdin.pause()
  }
}
