import type { AgentEvent } from '#contract/observe'
import { Settings } from '#contract/settings'

/** What holds until the settings that the person chose have arrived. */
export const initialSettings: Settings = Settings.parse({})

export function reduceSettings(settings: Settings, event: AgentEvent): Settings {
  return event.type === 'state' || event.type === 'settings.changed' ? event.settings : settings
}
