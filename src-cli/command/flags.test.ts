import { describe, expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { type Flags, parseFlags, withCommonFlags } from './flags.ts'

const flags = {
  interactive: { type: 'boolean', short: 'i', help: '' },
  tty: { type: 'boolean', short: 't', help: '' },
  memory: { type: 'string', short: 'm', value: 'BYTES', help: '' },
  env: { type: 'string', short: 'e', multiple: true, help: '' },
  proxy: { type: 'boolean', initial: true, help: '' },
} as const satisfies Flags

const parse = (...args: string[]) => parseFlags(flags, args, { passThrough: false })
const parseRun = (...args: string[]) => parseFlags(flags, args, { passThrough: true })

describe('options', () => {
  test('short ones combine, and the last may carry its value', () => {
    expect(parse('-it').values).toMatchObject({ interactive: true, tty: true })
    expect(parse('-itm64m').values).toMatchObject({ interactive: true, tty: true, memory: '64m' })
    expect(parse('-itm', '64m').values.memory).toBe('64m')
    expect(parse('-m=64m').values.memory).toBe('64m')
  })

  test('long ones take a value after a blank or an equals sign', () => {
    expect(parse('--memory', '64m').values.memory).toBe('64m')
    expect(parse('--memory=64m').values.memory).toBe('64m')
    expect(parse('--env=A=1', '-e', 'B=2').values.env).toEqual(['A=1', 'B=2'])
  })

  test('a value may start with a dash', () => {
    expect(parse('-e', '-x').values.env).toEqual(['-x'])
  })

  test('an equals sign that begins a word of its own stays', () => {
    expect(parse('-e', '=x').values.env).toEqual(['=x'])
    expect(parse('-e=A=1', '-e=', '-e', '').values.env).toEqual(['A=1', '', ''])
  })

  test('the last one wins', () => {
    expect(parse('-m', '1', '-m', '2').values.memory).toBe('2')
  })

  test('booleans can be turned off', () => {
    expect(parse().values).toMatchObject({ proxy: true, tty: false })
    expect(parse('--proxy=false', '--tty=true').values).toMatchObject({ proxy: false, tty: true })
    expect(() => parse('--tty=maybe')).toThrow(/on or off/)
  })

  test('an unknown one is refused with the nearest', () => {
    expect(() => parse('--memroy', '64m')).toThrow('There is no option --memroy here. Did you mean --memory?')
    expect(() => parse('--completely-else')).toThrow(/^There is no option --completely-else here\.$/)
    expect(() => parse('-x')).toThrow('There is no option -x here.')
    expect(() => parse('--__proto__=1')).toThrow(/no option/)
    expect(() => parse('--constructor')).toThrow(/no option/)
  })

  test('a missing value is refused', () => {
    expect(() => parse('-m')).toThrow('-m needs a value: -m BYTES.')
  })

  test('every refusal is a usage error', () => {
    try {
      parse('-x')
      expect.unreachable()
    } catch (error) {
      expect(AppError.from(error).wire).toMatchObject({ code: 'invalidRequest', reason: 'usage' })
    }
  })

  test('operands may stand anywhere, and -- ends options', () => {
    expect(parse('a', '-t', 'b', '--', '-i').operands).toEqual(['a', 'b', '-i'])
  })
})

describe('pass-through', () => {
  test('options after the first operand belong to the command', () => {
    const { values, operands } = parseRun('-i', 'busybox', 'ls', '-t', '--memory', '-x')
    expect(values).toMatchObject({ interactive: true, tty: false, memory: undefined })
    expect(operands).toEqual(['busybox', 'ls', '-t', '--memory', '-x'])
  })

  test('a -- after the first operand is passed on for the verb to drop', () => {
    expect(parseRun('busybox', '--', 'sh', '-c', 'x', '--').operands).toEqual(['busybox', '--', 'sh', '-c', 'x', '--'])
  })

  test('a -- before the first operand ends options and is dropped', () => {
    expect(parseRun('-i', '--', 'busybox', '-t').operands).toEqual(['busybox', '-t'])
  })

  test('the value of an option is not taken for the first operand', () => {
    expect(parseRun('-m', '64m', '-e', 'A=1', 'busybox', 'true').operands).toEqual(['busybox', 'true'])
  })

  test('an unknown option before the operand is refused, one behind it is not', () => {
    expect(() => parseRun('--nope', 'busybox')).toThrow(/no option --nope/)
    expect(parseRun('busybox', '--nope').operands).toEqual(['busybox', '--nope'])
  })
})

test('a verb may take a short name from the common options', () => {
  const own = withCommonFlags({ hostname: { type: 'string', short: 'h', help: '' } })
  expect(parseFlags(own, ['-h', 'box'], { passThrough: false }).values).toMatchObject({ hostname: 'box', help: false })
  expect(parseFlags(own, ['--help'], { passThrough: false }).values).toMatchObject({ help: true })
  expect(parseFlags(withCommonFlags({}), ['-h'], { passThrough: false }).values).toMatchObject({ help: true })
})
