import { Download, FolderInput } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import type { TaskId } from '#contract/image'
import { RecipeName } from '#contract/recipe'
import { chooseAndImport } from '../../actions/image-actions.ts'
import { Button } from '../../components/button.tsx'
import { Combobox } from '../../components/combobox.tsx'
import { useAgent } from '../../store/agent-store.ts'
import { isTaskOver } from '../../store/task-slice.ts'
import { MakeOffers } from '../images/make-offers.tsx'
import { PullFailure } from '../images/pull-failure.tsx'
import { TaskLine } from '../images/task-line.tsx'
import { usePull } from '../images/use-pull.ts'
import { findImage } from './use-create.ts'

interface Props {
  readonly value: string
  readonly problem: string | undefined
  readonly onChange: (value: string) => void
}

/** Chooses an image that is here, or brings one in and chooses that. */
export function ImageField({ value, problem, onChange }: Props): ReactNode {
  const { t } = useTranslation()
  const images = useAgent((state) => state.images)
  const [taskId, setTaskId] = useState<TaskId | null>(null)
  const task = useAgent((state) => (taskId === null ? undefined : state.tasks.get(taskId)))
  const options = [...images.values()]
    .flatMap(({ names, sizeBytes, builtIn }) =>
      names.map((name) => ({ value: name, note: builtIn ? t('create.imageBuiltIn') : formatBytes(sizeBytes) })),
    )
    .sort((a, b) => a.value.localeCompare(b.value))
  const importOne = async (): Promise<void> => {
    const imported = await chooseAndImport('archive', { onTask: setTaskId })
    const name = imported?.[0]?.names[0] ?? imported?.[0]?.digest
    if (name) onChange(name)
  }
  const { pull, ...pulling } = usePull()
  const pullOne = async (allowHosts: readonly string[] = []): Promise<void> => {
    const name = await pull(value, allowHosts)
    if (name !== null) onChange(name)
  }
  const isMissing = value.trim() !== '' && findImage(images.values(), value) === undefined
  return (
    <div>
      <Combobox
        label={t('create.image')}
        listLabel={t('create.imageList')}
        placeholder={t('create.imagePlaceholder')}
        nothing={t('create.noImages')}
        value={value}
        hint={isMissing ? t('create.imageMissing') : undefined}
        onChange={(text) => {
          pulling.clear()
          onChange(text)
        }}
        options={options}
        problem={problem}
        beside={
          isMissing ? (
            <Button disabled={pulling.busy} onClick={() => void pullOne()}>
              <Download aria-hidden="true" />
              {pulling.busy ? t('images.pulling') : t('images.pull')}
            </Button>
          ) : (
            <Button onClick={() => void importOne()}>
              <FolderInput aria-hidden="true" />
              {t('create.importFile')}
            </Button>
          )
        }
      />
      {task && !isTaskOver(task) && <TaskLine task={task} />}
      {pulling.task && <TaskLine task={pulling.task} />}
      {!pulling.busy && <Offers name={value.trim()} isMissing={isMissing} onMade={onChange} />}
      {pulling.error && <PullFailure error={pulling.error} again={(hosts) => void pullOne(hosts)} />}
    </div>
  )
}

interface OffersProps {
  readonly name: string
  readonly isMissing: boolean
  readonly onMade: (name: string) => void
}

/** What needs no registry: all of it to who has only what is built in, else the one that is named. */
function Offers({ name, isMissing, onMade }: OffersProps): ReactNode {
  const images = useAgent((state) => state.images)
  const hasOwn = [...images.values()].some(({ builtIn }) => !builtIn)
  const offered = RecipeName.options.filter(
    (recipe) => !hasOwn || (isMissing && [recipe, `${recipe}:latest`].includes(name)),
  )
  return offered.length === 0 ? null : <MakeOffers only={offered} withTask onMade={onMade} />
}
