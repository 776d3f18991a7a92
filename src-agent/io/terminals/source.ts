/** Where a terminal's bytes come from and go to. Nothing is decoded: bytes stay bytes. */
export interface TerminalSource {
  /** Exactly one listener. After `pause` no more than what was already in flight arrives. */
  onData(listener: (bytes: Buffer) => void): void
  /** Called once, after the last byte was delivered. Null where nobody could see the code. */
  onExit(listener: (code: number | null) => void): void
  /** Called where output was left out: what came before does not lead up to what comes next. */
  onSkip(listener: () => void): void
  write(bytes: Buffer): void
  /** What was written and not yet taken by the guest, in bytes. */
  unwritten(): number
  /** Called when little is left unwritten. */
  onDrain(listener: () => void): void
  /** Resolves when the guest's terminal has the size. */
  resize(columns: number, rows: number): Promise<void>
  pause(): void
  resume(): void
  /** Whether somebody looks. Where nobody does, a source that keeps its output need not deliver all of it. */
  watched(isWatched: boolean): void
  /** Whether nothing but the program it was opened for runs in it. False where nobody can know. */
  isAlone(): Promise<boolean>
  /** Hangs up: the process inside gets SIGHUP and is killed soon after. */
  close(): void
}
