import type { ClassLimitation } from '#contract/classes'

/** What micro-VMs cannot do, or do otherwise, on this host. */
export function limitationsOf(acceleration: 'kvm' | 'tcg', leastMebibytes: number): readonly ClassLimitation[] {
  return [
    ...(acceleration === 'tcg'
      ? [{ feature: 'hardwareSpeed' as const, reason: 'The processor is emulated: programs run many times slower.' }]
      : []),
    {
      feature: 'liveMemoryLimit',
      reason: `A running guest cannot get more memory than its machine was started with, at least ${leastMebibytes} MiB. A lower limit is kept by the kernel of the guest.`,
    },
    {
      feature: 'bindMounts',
      reason:
        'Mounts are served by a helper process on this machine, at most three of them, and each open and read in them costs more than in a container. With a mount, its memory cannot be saved, and it boots in place of starting from a template.',
    },
    {
      feature: 'grants',
      reason: 'The network of this machine and its devices cannot be given to a guest that has its own kernel.',
    },
    { feature: 'nestedMounts', reason: 'A mount inside of a folder that is mounted is not seen by the guest.' },
  ]
}

/** What "emulated" means for people; null with hardware virtualisation. `why` is a sentence. */
export function emulationNotice(why: string | null): string | null {
  if (why === null) return null
  return `${why} Micro-VMs are emulated: they do all that they should, but take longer to start and run programs about ten times slower.`
}
