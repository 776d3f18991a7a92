import type { ReactNode } from 'react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { IsolationClass } from '#contract/sandbox'
import { saveSettings } from '../../actions/settings-actions.ts'
import { Select } from '../../components/select.tsx'
import { Segments, Switch } from '../../components/toggles.tsx'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { type Schedule, scheduleOf, schedules } from './schedule.ts'

/** What holds for all sandboxes. Shown as the agent has it; a change shows when the agent tells of it. */
export function SettingsSection(): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const settings = useAgent((state) => state.settings)
  const schedule = useId()
  return (
    <section className="section" aria-labelledby="settings-title">
      <h2 id="settings-title" className="section-title">
        {t('settings.title')}
      </h2>
      <p className="section-text">{t('settings.text')}</p>
      <fieldset className="settings" disabled={!live} aria-labelledby="settings-title">
        <div className="setting">
          <div>
            <p>{t('settings.defaultClass')}</p>
            <p className="finding-detail">{t('settings.defaultClassHint')}</p>
          </div>
          <Segments
            label={t('settings.defaultClass')}
            value={settings.defaultClass}
            onChange={(defaultClass) => void saveSettings({ defaultClass })}
            options={IsolationClass.options.map((value) => ({ value, label: t(`sandboxes.class.${value}.name`) }))}
          />
        </div>
        <div className="setting">
          <Switch
            label={t('settings.afterChange')}
            checked={settings.selfTestAfterChange}
            onChange={(selfTestAfterChange) => void saveSettings({ selfTestAfterChange })}
          />
        </div>
        <div className="setting">
          <label htmlFor={schedule}>{t('settings.schedule')}</label>
          <Select
            id={schedule}
            label={t('settings.schedule')}
            value={scheduleOf(settings.selfTestEveryHours)}
            disabled={!live}
            options={schedules(settings.selfTestEveryHours).map((hours) => ({
              value: scheduleOf(hours),
              label: scheduleText(hours),
            }))}
            onChange={(value: Schedule) =>
              void saveSettings({ selfTestEveryHours: value === 'never' ? null : Number(value) })
            }
          />
        </div>
      </fieldset>
    </section>
  )

  function scheduleText(hours: number | null): string {
    if (hours === null) return t('settings.never')
    if (hours === 1) return t('settings.everyHour')
    if (hours === 24) return t('settings.everyDay')
    if (hours === 168) return t('settings.everyWeek')
    return t('settings.everyHours', { hours })
  }
}
