import type { ReactNode } from 'react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../components/field.tsx'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/toggles.tsx'
import { type LanguageChoice, offeredLanguages } from '../../copy/languages.ts'
import { changeSettings, useSettings } from '../../store/settings.ts'

/** What holds for this window alone; it needs no agent. */
export function WindowSection(): ReactNode {
  const { t } = useTranslation()
  const language = useSettings((settings) => settings.language)
  const font = useSettings((settings) => settings.terminalFont)
  const copyOnSelect = useSettings((settings) => settings.copyOnSelect)
  const screenReader = useSettings((settings) => settings.screenReader)
  const id = useId()
  return (
    <section className="section" aria-labelledby="window-title">
      <h2 id="window-title" className="section-title">
        {t('host.window')}
      </h2>
      <div className="settings">
        <div className="setting">
          <label htmlFor={id}>{t('shell.language.label')}</label>
          <Select<LanguageChoice>
            id={id}
            label={t('shell.language.label')}
            value={language}
            options={[
              { value: 'system', label: t('shell.language.system') },
              ...offeredLanguages.map(({ tag, name }) => ({ value: tag, label: name })),
            ]}
            onChange={(chosen) => changeSettings({ language: chosen })}
          />
        </div>
        <div className="setting">
          <TextField
            label={t('dock.font')}
            hint={t('dock.fontHint')}
            value={font}
            maxLength={60}
            onChange={(terminalFont) => changeSettings({ terminalFont })}
          />
        </div>
        <div className="setting">
          <Switch
            label={t('dock.copyOnSelect')}
            checked={copyOnSelect}
            onChange={(on) => changeSettings({ copyOnSelect: on })}
          />
        </div>
        <div className="setting">
          <div>
            <Switch
              label={t('dock.screenReader')}
              checked={screenReader}
              onChange={(on) => changeSettings({ screenReader: on })}
            />
            <p className="finding-detail">{t('dock.screenReaderHint')}</p>
          </div>
        </div>
      </div>
    </section>
  )
}
