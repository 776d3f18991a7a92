import { Search, Square } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { TextField } from '../../components/field.tsx'
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
  /** Shows the folder that something lies in. */
  readonly onOpen: (path: string) => void
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

function Results({
  model,
  onOpen,
}: {
  readonly model: SearchModel
  readonly onOpen: (path: string) => void
}): ReactNode {
  const { t } = useTranslation()
  if (model.kind === 'idle') return null
  if (model.kind === 'failed')
    return <ErrorNotice title={t('files.search.failed')} error={model.error} onRemedy={applyRemedy} />
  const { found, looked, truncated } = model
  const state =
    model.kind === 'running'
      ? t('files.search.running', { looked: looked.toLocaleString() })
      : t('files.search.done', { count: found.length, looked: looked.toLocaleString() })
  return (
    <>
      <p role="status" className="files-foot">
        {state} {truncated && t('files.search.more', { limit: searchLimit })}
      </p>
      {found.length === 0 && model.kind === 'done' && <p className="section-text">{t('files.search.nothing')}</p>}
      <ul className="found-list" aria-label={t('files.search.label')}>
        {found.map(({ path, line, lineNumber }) => (
          <li key={path}>
            <Button kind="quiet" className="found" onClick={() => onOpen(path.slice(0, path.lastIndexOf('/')) || '/')}>
              <span className="mono">
                <bdi>{path}</bdi>
              </span>
              {line !== null && (
                <span className="found-line mono">
                  {lineNumber}: {line}
                </span>
              )}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
