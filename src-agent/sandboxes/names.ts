import { randomInt } from 'node:crypto'

const first = [
  'amber',
  'brisk',
  'calm',
  'clever',
  'crisp',
  'dapper',
  'eager',
  'fair',
  'gentle',
  'happy',
  'keen',
  'lively',
]
const more = [
  'mellow',
  'nimble',
  'plucky',
  'quiet',
  'rapid',
  'sandy',
  'silver',
  'smart',
  'solid',
  'sunny',
  'swift',
  'witty',
]
const second = [
  'badger',
  'beaver',
  'bison',
  'falcon',
  'finch',
  'gecko',
  'heron',
  'ibex',
  'joey',
  'koala',
  'lemur',
  'lynx',
]
const others = [
  'marten',
  'newt',
  'otter',
  'panda',
  'puffin',
  'quokka',
  'raven',
  'robin',
  'seal',
  'tapir',
  'wallaby',
  'wombat',
]

/** Two words; with a number behind where there are so many sandboxes that the words do not suffice. */
export function suggestName(isTaken: (name: string) => boolean): string {
  const adjectives = [...first, ...more]
  const animals = [...second, ...others]
  for (let attempt = 0; ; attempt += 1) {
    const name = `${adjectives[randomInt(adjectives.length)]}-${animals[randomInt(animals.length)]}`
    const full = attempt < 20 ? name : `${name}-${randomInt(10_000)}`
    if (!isTaken(full)) return full
  }
}
