/** An extended attribute, named and valued as the kernel gives it. */
export interface Attribute {
  /** Latin1: one character per byte. */
  readonly name: string
  readonly value: Buffer
}
