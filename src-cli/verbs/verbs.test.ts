import { describe, expect, test } from 'vitest'
import { languages } from '#contract/languages/index'
import type { Sandbox } from '#contract/sandbox'
import type { Terminal } from '#contract/terminal'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { overview, verbHelp } from '../command/help.ts'
import { type HelpTexts, helpIn } from '../languages/help-texts.ts'
import { widthOf } from '../output/text-width.ts'
import { recordOutput } from '../testing/record-output.ts'
import { verbGroups, verbs } from '../verbs.ts'
import { chooseTerminal } from './inside/attach.ts'
import { readFilters } from './sandboxes/ls.ts'
import { exitCodeOf } from './shared/exit-code.ts'

describe('every verb', () => {
  test.each(verbs.map((verb) => [verb.name, verb] as const))('%s has help with an example', async (name, verb) => {
    const command = await verb.load()
    const help = verbHelp(verb, command, (text) => text)
    expect(help).toContain(`Usage: joey ${name}`)
    expect(help).toContain('Examples:')
    expect(help).toContain('--json')
    expect(help.split('\n').every((line) => line.length <= 130)).toBe(true)
  })

  test('has short options that mean one thing', async () => {
    for (const verb of verbs) {
      const shorts = Object.values((await verb.load()).flags).flatMap(({ short }) => short ?? [])
      expect(new Set(shorts).size, verb.name).toBe(shorts.length)
    }
  })
})

describe.each(languages)('the help in $tag', ({ tag }) => {
  /** All that the help says, by no words of its own: in English. */
  async function saidInHelp(): Promise<ReadonlySet<string>> {
    const said = new Set<string>(['See'])
    const note = (text: string): string => {
      said.add(text)
      return text
    }
    overview(verbGroups, note)
    for (const verb of verbs) verbHelp(verb, await verb.load(), note)
    return said
  }

  test('says everything, and nothing that is no longer said', async () => {
    const unsaid = new Set(await saidInHelp())
    const say = await helpIn(tag)
    // A text that is the same in the language, as one line of examples alone, would be found here and have to be excepted.
    expect([...unsaid].filter((text) => say(text) === text)).toEqual([])
    const { help } = await import(`../languages/${tag.slice(0, 2)}/index.ts`)
    expect(Object.keys(help as HelpTexts).filter((text) => !unsaid.has(text))).toEqual([])
  })

  test('keeps options, commands and words in capitals as they are', async () => {
    const say = await helpIn(tag)
    const names = (text: string): string[] =>
      (text.match(/--[a-z][a-z-]*|\b[A-Z][A-Z_]{2,}\b|\{\{\S+\}\}/g) ?? []).sort()
    const changed = [...(await saidInHelp())].filter((text) => names(say(text)).join() !== names(text).join())
    expect(changed).toEqual([])
  })

  test('fits a terminal as English does', async () => {
    const say = await helpIn(tag)
    for (const verb of verbs)
      for (const line of verbHelp(verb, await verb.load(), say).split('\n'))
        expect(widthOf(line), line).toBeLessThanOrEqual(130)
  })
})

describe('filters of ls', () => {
  const sandbox = {
    name: 'web-1',
    state: 'running',
    class: 'container',
    image: 'busybox:latest',
    imageDigest: 'sha256:ab',
    createdAt: '2026-01-01T00:00:00Z',
    exit: null,
    ports: [
      { hostPort: 8080, guestPort: 80 },
      { hostPort: 53, guestPort: 53, protocol: 'udp' },
    ],
    spec: { labels: { team: 'a', bare: '' }, mounts: [], volumes: [{ volume: 'pg', target: '/data' }] },
  } as unknown as Sandbox

  test.each([
    [[], true],
    [['name=web'], true],
    [['name=db'], false],
    [['name=db', 'name=web'], true],
    [['name=web', 'state=stopped'], false],
    [['class=container', 'label=team=a'], true],
    [['name=^/web-1$'], true],
    [['name=^web$'], false],
    [['name=^we'], true],
    [['name=1$'], true],
    [['name=b$'], false],
    [['exited=0'], false],
    [['ancestor=busybox'], true],
    [['before=2026-02-01T00:00:00Z'], true],
    [['since=2026-02-01T00:00:00Z'], false],
    [['volume=/data'], true],
    [['volume=pg'], true],
    [['volume=/other'], false],
    [['publish=8080'], true],
    [['publish=53/udp'], true],
    [['publish=53'], true],
    [['publish=53/tcp'], false],
    [['label=bare'], true],
    [['label=team=b'], false],
  ])('%j match: %s', (texts, matches) => expect(readFilters(texts)(sandbox)).toBe(matches))

  test.each(['web', 'colour=red', '=x', 'toString=x'])('%j is refused', (text) => {
    expect(() => readFilters([text])).toThrow(/KEY=VALUE/)
  })

  test.each([
    ['status=bogus', 'running, paused'],
    ['state=exited', 'stopped'],
    ['class=bogus', 'container, gvisor, microvm'],
    ['health=bogus', 'starting, healthy, unhealthy, none'],
  ])('%s names the values that there are', (text, names) => {
    expect(() => readFilters([text])).toThrow(names)
    expect(() => readFilters([text])).toThrow(text)
  })

  test.each(['status=exited', 'status=running', 'health=none', 'class=gvisor'])('%s may be asked for', (text) => {
    expect(() => readFilters([text])).not.toThrow()
  })

  test('of images say what dangling can be', async () => {
    const { imageLs } = await import('./images/image-ls.ts')
    const call = { operands: [], flags: { filter: ['dangling=maybe'] } }
    await expect(imageLs.run(call as never, {} as never)).rejects.toThrow('true, false')
  })
})

test('a list is printed in one form', async () => {
  for (const name of ['ls', 'image ls', 'inspect', 'stats', 'events']) {
    const command = await verbs.find((verb) => verb.name === name)?.load()
    const call = { operands: [], flags: { filter: [], json: true, format: '{{.Name}}' } }
    await expect(command?.run(call as never, {} as never), name).rejects.toThrow('not both')
  }
})

describe('which terminal attach shows', () => {
  const terminal = (id: string, kind: string, state: string) => ({ id, kind, state }) as unknown as Terminal
  const exec1 = terminal('aa1', 'exec', 'running')
  const exec2 = terminal('aa2', 'exec', 'running')
  const over = terminal('bb3', 'exec', 'exited')
  const main = terminal('cc4', 'main', 'running')

  test('the main one, else the latest that runs, else none', () => {
    expect(chooseTerminal({ name: 'x' }, [exec1, main, exec2], undefined)).toBe(main)
    expect(chooseTerminal({ name: 'x' }, [exec1, exec2, over], undefined)).toBe(exec2)
    expect(chooseTerminal({ name: 'x' }, [over], undefined)).toBeUndefined()
  })

  test('the one asked for, by an unambiguous start of its id', () => {
    expect(chooseTerminal({ name: 'x' }, [exec1, over], 'bb')).toBe(over)
    expect(() => chooseTerminal({ name: 'x' }, [exec1, exec2], 'aa')).toThrow(/more than one terminal aa/)
    expect(() => chooseTerminal({ name: 'x' }, [], 'zz')).toThrow(/no terminal zz/)
  })
})

describe('exit codes', () => {
  const end = (reason: string, code: number | null) =>
    ({ reason, code, message: 'Ran out of memory.', at: '' }) as never

  test('pass through silently', () => {
    const stderr = recordOutput()
    expect(exitCodeOf({ stderr }, end('exited', 7), 7)).toBe(7)
    expect(exitCodeOf({ stderr }, end('signalled', 143), 143)).toBe(143)
    expect(exitCodeOf({ stderr }, null, 3)).toBe(3)
    expect(stderr.text()).toBe('')
  })

  test('out of memory is said', () => {
    const stderr = recordOutput()
    expect(exitCodeOf({ stderr }, end('oom', 137), 137)).toBe(137)
    expect(stderr.text()).toBe('joey: Ran out of memory.\n')
  })

  test('how it ended is said in the language of the person', () => {
    const stderr = recordOutput()
    const exit = {
      code: null,
      reason: 'monitor-lost',
      message: 'Lost.',
      sentence: { reason: 'exit-monitor-lost' },
    } as const
    exitCodeOf({ stderr, language: pseudoLanguage }, { ...exit, at: '' }, null)
    expect(stderr.text()).toContain('joey: [exit-monitor-lost: ')
  })

  test('a code that nobody saw is 125', () => {
    expect(exitCodeOf({ stderr: recordOutput() }, end('monitor-lost', null), null)).toBe(125)
  })
})
