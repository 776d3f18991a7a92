import type { AgentEvent } from '#contract/observe'
import { Settings } from '#contract/settings'

/** What holds until the agent has told what the person chose. */
export const initialSettings: Settings = Settings.parse({})

export function reduceSettings(settings: Settings, event: AgentEvent): Settings {
  return event.type === 'snapshot' || event.type === 'settings.changed' ? event.settings : settings
}
