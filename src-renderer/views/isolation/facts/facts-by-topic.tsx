import { TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { IsolationFact } from '#contract/isolation'
import { CopyButton } from '../../../components/copy-button.tsx'
import { groupFacts } from './fact-groups.ts'

/** Every observed fact by topic, with where it was read; what is weaker than usual comes first and is marked. */
export function FactsByTopic({ facts }: { readonly facts: readonly IsolationFact[] }): ReactNode {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const groups = groupFacts(facts, search)
  const weaker = facts.filter((fact) => fact.weaker).length
  return (
    <section aria-labelledby="observed-title">
      <header className="card-head">
        <div>
          <h2 id="observed-title">{t('isolation.tab.facts')}</h2>
          <p className="panel-note">{t('isolation.tab.factsText')}</p>
        </div>
        <input
          className="input facts-search"
          aria-label={t('isolation.tab.search')}
          placeholder={t('isolation.tab.search')}
          autoComplete="off"
          spellCheck={false}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </header>
      {weaker > 0 && (
        <p className="weaker-note">
          <TriangleAlert aria-hidden="true" />
          {t('isolation.tab.weakerCount', { count: weaker })}
        </p>
      )}
      {groups.length === 0 && <p className="panel-note">{t('isolation.tab.nothingFound')}</p>}
      <div className="topics">
        {groups.map(([topic, facts]) => (
          <section key={topic} className="isolation-card topic" aria-label={t(`isolation.tab.topic.${topic}`)}>
            <h3>{t(`isolation.tab.topic.${topic}`)}</h3>
            <dl>
              {facts.map((fact) => (
                <FactRow key={`${fact.name} ${fact.value}`} fact={fact} />
              ))}
            </dl>
          </section>
        ))}
      </div>
    </section>
  )
}

function FactRow({ fact }: { readonly fact: IsolationFact }): ReactNode {
  const { t } = useTranslation()
  const { name, value, source, weaker } = fact
  return (
    <div className="topic-fact" data-weaker={weaker}>
      <dt>
        {name}
        {weaker && (
          <span className="weaker">
            <TriangleAlert aria-hidden="true" />
            {t('isolation.tab.weaker')}
          </span>
        )}
      </dt>
      <dd>
        <span className="topic-value">{value}</span>
        <span className="topic-source">
          {source}
          <CopyButton text={source} thing={t('isolation.tab.source')} />
        </span>
      </dd>
    </div>
  )
}
