import { expect, test } from 'vitest'
import { findVerb } from './find-verb.ts'
import { nearest } from './nearest.ts'

test.each([
  ['stpo', 'stop'],
  ['strat', 'start'],
  ['insepct', 'inspect'],
  ['los', 'ls'],
])('%s is near %s', (word, meant) => {
  expect(nearest(word, ['start', 'stop', 'inspect', 'ls', 'events'])).toBe(meant)
})

test('what is far from everything has no nearest', () => {
  expect(nearest('frobnicate', ['start', 'stop'])).toBeUndefined()
})

test('verbs of one and of two words are found with the rest', () => {
  expect(findVerb(['run', '-d', 'x'])).toMatchObject({ verb: { name: 'run' }, args: ['-d', 'x'] })
  expect(findVerb(['image', 'ls', '-q'])).toMatchObject({ verb: { name: 'image ls' }, args: ['-q'] })
})

test.each([
  [['lss'], 'There is no command "lss". Did you mean joey ls?'],
  [['delete'], 'Did you mean joey rm?'],
  [['remove'], 'Did you mean joey rm?'],
  [['status'], 'Did you mean joey agent status?'],
  [['sh', 'web'], 'Did you mean joey exec -it?'],
  [['shell'], 'Did you mean joey exec -it?'],
  [['container', 'ls'], 'There is no command "container ls". Did you mean joey ls?'],
  [['container', 'unpause'], 'Did you mean joey unpause?'],
  [['container'], 'There is no command "container".'],
  [['system', 'prune'], 'There is no command "system prune". Did you mean joey prune?'],
  [['frobnicate'], 'There is no command "frobnicate". joey help lists the commands.'],
  [
    ['image'],
    'joey image needs one more word: ls, pull, push, build, make, templates, import, rm, inspect, history, tag, untag, save, load, prune.',
  ],
  [['image', 'imprt'], 'There is no command "image imprt". Did you mean joey image import?'],
  [['agent', 'zzz'], 'There is no command "agent zzz". There are: start, stop, status, install.'],
])('%j is refused with a hint', (words, message) => {
  expect(() => findVerb(words)).toThrow(message)
})
