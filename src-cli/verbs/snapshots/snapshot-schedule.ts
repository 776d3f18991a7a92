import type { Schedule } from '#contract/snapshot'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { parseDuration } from '../../parse/time.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const snapshotSchedule = defineCommand({
  operands: 'SANDBOX',
  count: [1, 1],
  description:
    'When Joey makes snapshots of a sandbox by itself, and how many of these it keeps. Without options it shows the schedule;\n' +
    'options replace it whole.',
  flags: {
    every: { type: 'string', value: 'TIME', help: 'So often, as in 30m or 6h.' },
    'before-stop': { type: 'boolean', help: 'Before it is stopped.' },
    idle: { type: 'string', value: 'TIME', help: 'Once it has been idle for so long.' },
    live: { type: 'boolean', help: 'With memory, where the class can.' },
    'keep-last': { type: 'string', value: 'N', help: 'Keep the last N; 5 otherwise.' },
    'keep-hourly': { type: 'string', value: 'N', help: 'Keep the newest of each of the last N hours that have one.' },
    'keep-daily': { type: 'string', value: 'N', help: 'Keep the newest of each of the last N days that have one.' },
    off: { type: 'boolean', help: 'No schedule any more. Snapshots stay.' },
  },
  examples: [
    {
      line: 'joey snapshot schedule web --every 1h --keep-hourly 24 --keep-daily 7',
      comment: 'A day by the hour, a week by the day.',
    },
    { line: 'joey snapshot schedule web --off', comment: 'Turns it off.' },
  ],
  async run({ operands: [word = ''], flags }, { client, stdout }) {
    const ref = sandboxRef(word)
    const schedule: Schedule = {
      everyMinutes: minutes('--every', flags.every),
      beforeStop: flags['before-stop'],
      idleMinutes: minutes('--idle', flags.idle),
      live: flags.live,
      keep: {
        last: number('--keep-last', flags['keep-last'] ?? '5'),
        hourly: number('--keep-hourly', flags['keep-hourly'] ?? '0'),
        daily: number('--keep-daily', flags['keep-daily'] ?? '0'),
      },
    }
    const wants = schedule.everyMinutes !== null || schedule.beforeStop || schedule.idleMinutes !== null
    const others = [flags['keep-last'], flags['keep-hourly'], flags['keep-daily']].some((text) => text !== undefined)
    if (flags.off && (wants || others)) throw usageError('usage-off-alone')
    if (!wants && (others || flags.live)) throw usageError('usage-schedule-when')
    const answer = await (flags.off
      ? client.setSchedule({ ref, schedule: null })
      : wants
        ? client.setSchedule({ ref, schedule })
        : client.readSchedule({ ref }))
    if (flags.json) printJson(stdout, answer)
    else printLine(stdout, describeSchedule(answer.schedule, answer.nextAt))
    return ExitCode.ok
  },
})

/** In one line for people. */
export function describeSchedule(schedule: Schedule | null, nextAt: string | null): string {
  if (schedule === null) return 'No schedule.'
  const { everyMinutes, beforeStop, idleMinutes, live, keep } = schedule
  const when = [
    ...(everyMinutes === null ? [] : [`every ${everyMinutes} min`]),
    ...(beforeStop ? ['before it is stopped'] : []),
    ...(idleMinutes === null ? [] : [`after ${idleMinutes} min idle`]),
  ]
  const kept = [
    `the last ${keep.last}`,
    ...(keep.hourly > 0 ? [`${keep.hourly} by the hour`] : []),
    ...(keep.daily > 0 ? [`${keep.daily} by the day`] : []),
  ]
  const next = nextAt === null ? '' : ` Next: ${nextAt.slice(0, 16).replace('T', ' ')} UTC.`
  return `A snapshot ${when.join(', ')}${live ? ', with memory' : ''}. Keeps ${kept.join(', ')}.${next}`
}

function minutes(option: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const whole = Math.round(parseDuration(option, text) / 60_000)
  if (whole < 1) throw usageError('usage-duration-short', { option, text })
  return whole
}

function number(option: string, text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) > 1000)
    throw usageError('usage-number', { option, text, least: 0, most: 1000 })
  return Number(text)
}
