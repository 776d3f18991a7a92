import { ArrowLeftRight } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { IconButton } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Field } from '../../components/field.tsx'
import { useAgent } from '../../store/agent-store.ts'
import type { TreePair } from '../../store/compare-store.ts'
import { Page } from '../shell/page.tsx'
import { ConfigChanges } from './config-changes.tsx'
import { FileChanges } from './file-changes.tsx'
import { PackageChanges } from './package-changes.tsx'
import { treeOptions, withChosen } from './tree-options.ts'
import '../detail/detail.css'
import './compare.css'

const tabs = ['files', 'packages', 'config'] as const
type Tab = (typeof tabs)[number]

/** Two trees of files beside each other: any of snapshots, sandboxes as they are now, and images. */
export function ComparePage({ before, after }: TreePair): ReactNode {
  const { t } = useTranslation()
  const [tab, setTab] = useState<Tab>('files')
  const pair = useMemo(() => ({ before, after }), [before, after])
  return (
    <Page title={t('compare.title')} back={useBack(pair)}>
      <PairBar pair={pair} />
      {before === after ? (
        <EmptyState title={t('compare.same')} />
      ) : (
        <Tabs.Root className="tabs" value={tab} onValueChange={(next) => setTab(next as Tab)}>
          <Tabs.List className="tab-list" aria-label={t('compare.tabsLabel')}>
            {tabs.map((each) => (
              <Tabs.Trigger key={each} value={each} className="tab">
                {t(`compare.tabs.${each}`)}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <Tabs.Content value="files" className="tab-panel" tabIndex={-1}>
            <FileChanges key={`${before} ${after}`} pair={pair} />
          </Tabs.Content>
          <Tabs.Content value="packages" className="tab-panel">
            <PackageChanges pair={pair} />
          </Tabs.Content>
          <Tabs.Content value="config" className="tab-panel">
            <ConfigChanges pair={pair} />
          </Tabs.Content>
        </Tabs.Root>
      )}
    </Page>
  )
}

/** To the tree that one of the two is in. */
function useBack({ before, after }: TreePair): string {
  const ids = useAgent(({ snapshots, sandboxes }) => {
    const owners = [after, before].map((ref) => {
      const [kind, id = ''] = ref.split(':')
      return kind === 'snapshot' ? snapshots.get(id)?.sandboxId : id
    })
    return owners.find((id) => id !== undefined && sandboxes.has(id))
  })
  return ids ? `/sandboxes/${ids}/snapshots` : '/sandboxes'
}

function PairBar({ pair }: { readonly pair: TreePair }): ReactNode {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const { snapshots, sandboxes, images } = useAgent((state) => state)
  const options = useMemo(() => treeOptions({ snapshots, sandboxes, images }, t), [snapshots, sandboxes, images, t])
  const show = ({ before, after }: TreePair): void => navigate(`/compare/${before}/${after}`, { replace: true })
  const choice = (side: keyof TreePair): ReactNode => (
    <Field label={t(`compare.${side}`)}>
      {({ id }) => (
        <select
          id={id}
          className="input select"
          value={pair[side]}
          onChange={(event) => show({ ...pair, [side]: event.target.value })}
        >
          {withChosen(options, pair[side], t).map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
  return (
    <div className="pair-bar">
      {choice('before')}
      <IconButton
        kind="plain"
        label={t('compare.swap')}
        onClick={() => show({ before: pair.after, after: pair.before })}
      >
        <ArrowLeftRight />
      </IconButton>
      {choice('after')}
    </div>
  )
}
