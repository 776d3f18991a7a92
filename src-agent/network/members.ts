import { appError } from '#contract/app-error'
import type { Joined } from './network.ts'
import type { MemberElements } from './ruleset.ts'

/** Which interface is on which networks, and what the packet filter must hold so that they reach each other. */
export interface Members {
  /** In the order in which they were given; empty where it is on none. */
  networksOf(interfaceName: string): readonly Joined[]
  /** Notes the change, and returns what it is for the packet filter. */
  put(
    interfaceName: string,
    networks: readonly Joined[],
  ): { readonly from: MemberElements; readonly to: MemberElements }
  all(): MemberElements
  clear(): void
}

const most = 0xffff

/**
 * An interface is on any number of networks, and the kernel asks two questions of each frame: by which number the sender is
 * marked, and whether the receiver takes that mark. So a number stands for a combination of networks, and each receiver
 * takes those of the combinations that have one of its networks among them. Numbers are given again when the last interface has left:
 * they mean something only while the filter is loaded.
 */
export function createMembers(): Members {
  const joined = new Map<string, readonly Joined[]>()
  const numbers = new Map<string, number>()

  const freeNumber = (): number => {
    const taken = new Set(numbers.values())
    for (let number = 1; number <= most; number += 1) if (!taken.has(number)) return number
    throw appError('too-many-networks', { limit: most })
  }
  /** What there is of combinations has a number, and nothing else has. */
  const renumber = (): void => {
    const wanted = new Set([...joined.values()].map(keyOf).filter((key) => key !== ''))
    for (const key of numbers.keys()) if (!wanted.has(key)) numbers.delete(key)
    for (const key of wanted) if (!numbers.has(key)) numbers.set(key, freeNumber())
  }
  const all = (): MemberElements => {
    const from = new Map<string, number>()
    const to: [string, number][] = []
    const combinations = [...numbers].map(([key, number]) => ({ number, names: new Set(key.split(' ')) }))
    for (const [interfaceName, networks] of joined) {
      const own = numbers.get(keyOf(networks))
      if (own === undefined) continue
      from.set(interfaceName, own)
      const names = openNames(networks)
      for (const { number, names: theirs } of combinations) {
        if (names.some((name) => theirs.has(name))) to.push([interfaceName, number])
      }
    }
    return { from, to }
  }
  return {
    networksOf: (interfaceName) => joined.get(interfaceName) ?? [],
    put(interfaceName, networks) {
      const before = all()
      if (networks.length === 0) joined.delete(interfaceName)
      else joined.set(interfaceName, networks)
      renumber()
      const after = all()
      return { from: without(before, after), to: without(after, before) }
    },
    all,
    clear() {
      joined.clear()
      numbers.clear()
    },
  }
}

/** On an isolated one nobody reaches the others. */
function openNames(networks: readonly Joined[]): readonly string[] {
  return networks.flatMap(({ name, isolated }) => (isolated ? [] : [name]))
}

function keyOf(networks: readonly Joined[]): string {
  return [...new Set(openNames(networks))].sort().join(' ')
}

/** Those of the first that are not among the others. */
function without(elements: MemberElements, others: MemberElements): MemberElements {
  const known = new Set(others.to.map(([name, number]) => `${name} ${number}`))
  return {
    from: new Map([...elements.from].filter(([name, number]) => others.from.get(name) !== number)),
    to: elements.to.filter(([name, number]) => !known.has(`${name} ${number}`)),
  }
}
