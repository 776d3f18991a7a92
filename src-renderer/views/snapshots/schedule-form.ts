import { type KeepRules, Schedule } from '#contract/snapshot'

export type Unit = 'minutes' | 'hours' | 'days'

/** A schedule as it is typed. */
export interface ScheduleForm {
  readonly byClock: boolean
  readonly every: string
  readonly unit: Unit
  readonly beforeStop: boolean
  readonly whenIdle: boolean
  readonly idleMinutes: string
  readonly live: boolean
  readonly keep: Readonly<Record<keyof KeepRules, string>>
}

const minutesOf: Readonly<Record<Unit, number>> = { minutes: 1, hours: 60, days: 60 * 24 }

export function toForm(schedule: Schedule | null): ScheduleForm {
  const { everyMinutes, beforeStop, idleMinutes, live, keep } = schedule ?? Schedule.parse({})
  const unit = unitOf(everyMinutes ?? 60)
  return {
    ...{ byClock: everyMinutes !== null, every: String((everyMinutes ?? 60) / minutesOf[unit]), unit },
    ...{ beforeStop, whenIdle: idleMinutes !== null, idleMinutes: String(idleMinutes ?? 15), live },
    keep: { last: String(keep.last), hourly: String(keep.hourly), daily: String(keep.daily) },
  }
}

/** The largest that gives a whole number. */
function unitOf(minutes: number): Unit {
  return (['days', 'hours'] as const).find((unit) => minutes % minutesOf[unit] === 0) ?? 'minutes'
}

export type ScheduleField = 'every' | 'idleMinutes' | keyof KeepRules

export type ScheduleResult =
  | { readonly ok: true; readonly schedule: Schedule | null }
  | { readonly ok: false; readonly problems: ReadonlySet<ScheduleField> }

/** What the form says; null where it asks for nothing. What is switched off is not looked at. */
export function readForm(form: ScheduleForm): ScheduleResult {
  const whole = (text: string): number => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN)
  const candidate = {
    everyMinutes: form.byClock ? whole(form.every) * minutesOf[form.unit] : null,
    idleMinutes: form.whenIdle ? whole(form.idleMinutes) : null,
    ...{ beforeStop: form.beforeStop, live: form.live },
    keep: { last: whole(form.keep.last), hourly: whole(form.keep.hourly), daily: whole(form.keep.daily) },
  }
  if (!form.byClock && !form.whenIdle && !form.beforeStop) return { ok: true, schedule: null }
  const parsed = Schedule.safeParse(candidate)
  if (parsed.success) return { ok: true, schedule: parsed.data }
  return { ok: false, problems: new Set(parsed.error.issues.map(({ path }) => fieldOf(path))) }
}

function fieldOf([first, second]: readonly PropertyKey[]): ScheduleField {
  if (first === 'everyMinutes') return 'every'
  if (first === 'idleMinutes') return 'idleMinutes'
  return second === 'hourly' || second === 'daily' ? second : 'last'
}
