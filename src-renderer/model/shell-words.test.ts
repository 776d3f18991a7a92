import { expect, test } from 'vitest'
import { joinShellWords, splitShellWords } from './shell-words.ts'

test.each([
  ['blanks separate words', '  ls   -la /tmp ', ['ls', '-la', '/tmp']],
  ['single quotes keep everything', `sh -c 'echo "a b" $HOME \\n'`, ['sh', '-c', 'echo "a b" $HOME \\n']],
  ['double quotes keep blanks and unknown escapes', String.raw`echo "a \"b\" \n"`, ['echo', String.raw`a "b" \n`]],
  ['parts that touch are one word', `a'b c'"d e"f`, ['ab cd ef']],
  ['an empty quoted word counts', `printf '' ""`, ['printf', '', '']],
  ['a backslash keeps the next character', String.raw`a\ b \'c`, ['a b', "'c"]],
  ['a line may go on', 'a\\\nb', ['ab']],
  ['nothing gives no words', '   ', []],
])('%s', (_rule, line, words) => {
  expect(splitShellWords(line)).toEqual({ ok: true, words })
})

test.each([
  ["echo 'half", 'open-quote'],
  ['echo "half', 'open-quote'],
  ['echo half\\', 'open-escape'],
])('%s is reported as %s', (line, problem) => {
  expect(splitShellWords(line)).toEqual({ ok: false, problem })
})

test('words survive being joined and split again', () => {
  const words = ['sh', '-c', `it's "odd" $x \\ y`, '', 'a\nb', '--flag=1']
  expect(splitShellWords(joinShellWords(words))).toEqual({ ok: true, words })
})
