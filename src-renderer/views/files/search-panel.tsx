import { Search, Square } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FoundFile } from '#contract/files'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { TextField } from '../../components/field.tsx'
import { formatCount } from '../../model/locale.ts'
import {
  forgetSearch,
  type SearchModel,
  searchLimit,
  startSearch,
  stopSearch,
  useSearch,
} from '../../store/files-store.ts'

interface Props {
  readonly tree: string
  readonly path: string
  /** Shows what was found, a file from the line that has it. */
  readonly onOpen: (found: FoundFile) => void
}

/** Searches names and contents below a folder. Ends with the page. */
export function SearchPanel({ tree, path, onOpen }: Props): ReactNode {
  const { t } = useTranslation()
  const model = useSearch()
  const [name, setName] = useState('')
  const [content, setContent] = useState('')
  useEffect(() => forgetSearch, [])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    startSearch({ tree, path, name, content })
  }
  return (
    <div className="files-search">
      <form className="files-search-form" onSubmit={submit}>
        <TextField
          label={t('files.search.name')}
          placeholder={t('files.search.namePlaceholder')}
          value={name}
          onChange={setName}
        />
        <TextField
          label={t('files.search.content')}
          placeholder={t('files.search.contentPlaceholder')}
          value={content}
          onChange={setContent}
        />
        {model.kind === 'running' ? (
          <Button onClick={stopSearch}>
            <Square aria-hidden="true" />
            {t('files.search.stop')}
          </Button>
        ) : (
          <Button kind="primary" type="submit" disabled={name.trim() === '' && content === ''}>
            <Search aria-hidden="true" />
            {t('files.search.button')}
          </Button>
        )}
      </form>
      <Results model={model} onOpen={onOpen} />
    </div>
  )
}

function Results({ model, onOpen }: { readonly model: SearchModel; readonly onOpen: Props['onOpen'] }): ReactNode {
  const { t } = useTranslation()
  if (model.kind === 'idle') return null
  if (model.kind === 'failed')
    return <ErrorNotice title={t('files.search.failed')} error={model.error} onRemedy={applyRemedy} />
  const { found, looked, truncated } = model
  const state =
    model.kind === 'running'
      ? t('files.search.running', { looked: formatCount(looked) })
      : t('files.search.done', { count: found.length, looked: formatCount(looked) })
  return (
    <>
      <p role="status" className="files-foot">
        {state} {truncated && t('files.search.more', { limit: searchLimit })}
      </p>
      {found.length === 0 && model.kind === 'done' && <p className="section-text">{t('files.search.nothing')}</p>}
      <ul className="found-list" aria-label={t('files.search.label')}>
        {found.map((each) => (
          <li key={each.path}>
            <Button kind="quiet" className="found" onClick={() => onOpen(each)}>
              <span className="mono">
                <bdi>{each.path}</bdi>
              </span>
              {each.line !== null && (
                <span className="found-line mono">
                  {each.lineNumber}: {each.line}
                </span>
              )}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
