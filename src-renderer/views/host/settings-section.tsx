import type { ReactNode } from 'react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import { IsolationClass } from '#contract/sandbox'
import type { Settings } from '#contract/settings'
import { saveSettings } from '../../actions/settings-actions.ts'
import { Select } from '../../components/select.tsx'
import { Segments, Switch } from '../../components/toggles.tsx'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { type Schedule, scheduleOf, schedules } from './schedule.ts'

/** What holds for all sandboxes. Shown as the agent has it; a change shows when the agent reports it. */
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
        <EngineSettings settings={settings} />
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

/** What engines are started with. */
function EngineSettings({ settings }: { readonly settings: Settings }): ReactNode {
  const { t } = useTranslation()
  return (
    <>
      <MemoryShare
        label={t('settings.defaultMemory')}
        value={settings.defaultMemoryPercent}
        onChange={(defaultMemoryPercent) => void saveSettings({ defaultMemoryPercent })}
      />
      <DiskSize value={settings.defaultDiskBytes} />
      <div className="setting">
        <Switch
          label={t('settings.pauseDiskWriters')}
          checked={settings.pauseDiskWriters}
          onChange={(pauseDiskWriters) => void saveSettings({ pauseDiskWriters })}
        />
      </div>
      <MemoryShare
        label={t('settings.totalMemory')}
        value={settings.totalMemoryPercent}
        onChange={(totalMemoryPercent) => void saveSettings({ totalMemoryPercent })}
      />
      <PatchGvisor isOn={settings.patchGvisorToSave} />
    </>
  )
}

interface MemoryShareProps {
  readonly label: string
  readonly value: number | null
  readonly onChange: (percent: number | null) => void
}

const shares = [10, 25, 50, 80, 90, 100]

/** A share of this machine's memory; one that was chosen elsewhere is among the choices. */
function MemoryShare({ label, value, onChange }: MemoryShareProps): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const choices = value === null || shares.includes(value) ? shares : [...shares, value].sort((a, b) => a - b)
  return (
    <div className="setting">
      <label htmlFor={id}>{label}</label>
      <Select
        id={id}
        label={label}
        value={value === null ? 'none' : String(value)}
        disabled={!useIsLive()}
        options={[
          ...choices.map((share) => ({ value: String(share), label: t('settings.share', { share }) })),
          { value: 'none', label: t('common.noLimit') },
        ]}
        onChange={(chosen) => onChange(chosen === 'none' ? null : Number(chosen))}
      />
    </div>
  )
}

const gibibyte = 1024 ** 3
const sizes = [1, 5, 10, 20, 50, 100].map((size) => size * gibibyte)

/** What a new sandbox may write; a size that was chosen elsewhere is among the choices. */
function DiskSize({ value }: { readonly value: number | null }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const choices = value === null || sizes.includes(value) ? sizes : [...sizes, value].sort((a, b) => a - b)
  return (
    <div className="setting">
      <label htmlFor={id}>{t('settings.defaultDisk')}</label>
      <Select
        id={id}
        label={t('settings.defaultDisk')}
        value={value === null ? 'none' : String(value)}
        disabled={!useIsLive()}
        options={[
          ...choices.map((size) => ({ value: String(size), label: formatBytes(size) })),
          { value: 'none', label: t('common.noLimit') },
        ]}
        onChange={(chosen) => void saveSettings({ defaultDiskBytes: chosen === 'none' ? null : Number(chosen) })}
      />
    </div>
  )
}

/** Off unless it is chosen, with its risk beside it. */
function PatchGvisor({ isOn }: { readonly isOn: boolean }): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="setting">
      <div>
        <Switch
          label={t('settings.patchGvisor')}
          checked={isOn}
          onChange={(patchGvisorToSave) => void saveSettings({ patchGvisorToSave })}
        />
        <p className="finding-detail">{t('settings.patchGvisorRisk')}</p>
      </div>
    </div>
  )
}
