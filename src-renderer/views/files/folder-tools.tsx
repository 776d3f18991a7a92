import { Download, FilePlus, FolderPlus, Trash2, Upload } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { chooseAndUpload, download } from '../../actions/file-actions.ts'
import { Button } from '../../components/button.tsx'
import { Menu } from '../../components/menu.tsx'
import type { Folder, FolderDialog } from './use-folder.ts'

interface Props {
  readonly folder: Folder
  readonly live: boolean
  readonly onDialog: (dialog: FolderDialog) => void
}

/** What can be done in a folder, and with what is chosen in it. */
export function FolderTools({ folder, live, onDialog }: Props): ReactNode {
  const { t } = useTranslation()
  const { tree, path, chosen, paths, askDelete } = folder
  return (
    <>
      <UploadMenu folder={folder} live={live} />
      <Button size="small" disabled={!live || chosen.length === 0} onClick={() => void download(tree, paths)}>
        <Download aria-hidden="true" />
        {t('files.download')}
      </Button>
      <Button size="small" disabled={!live} onClick={() => onDialog({ kind: 'folder', path })}>
        <FolderPlus aria-hidden="true" />
        {t('files.newFolder')}
      </Button>
      <Button size="small" disabled={!live} onClick={() => onDialog({ kind: 'file', path })}>
        <FilePlus aria-hidden="true" />
        {t('files.newFile')}
      </Button>
      <SingleTools folder={folder} live={live} onDialog={onDialog} />
      <Button size="small" disabled={!live || chosen.length === 0} onClick={askDelete}>
        <Trash2 aria-hidden="true" />
        {t('files.remove')}
      </Button>
    </>
  )
}

function UploadMenu({ folder, live }: Omit<Props, 'onDialog'>): ReactNode {
  const { t } = useTranslation()
  const { tree, path, after } = folder
  return (
    <Menu
      align="start"
      trigger={
        <Button size="small" disabled={!live}>
          <Upload aria-hidden="true" />
          {t('files.upload')}
        </Button>
      }
      groups={[
        (['files', 'folders'] as const).map((kind) => ({
          key: kind,
          label: t(kind === 'files' ? 'files.uploadFiles' : 'files.uploadFolders'),
          onSelect: () => void after(chooseAndUpload(kind, { tree, target: path })),
        })),
      ]}
    />
  )
}

/** What is done with one file only. */
function SingleTools({ folder, live, onDialog }: Props): ReactNode {
  const { t } = useTranslation()
  const { path, chosen } = folder
  const [entry] = chosen
  const alone = chosen.length === 1 ? entry : undefined
  return (
    <>
      <Button
        size="small"
        disabled={!live || !alone}
        onClick={() => alone && onDialog({ kind: 'move', path, name: alone.name })}
      >
        {t('files.rename')}
      </Button>
      <Button size="small" disabled={!live || !alone} onClick={() => alone && onDialog({ kind: 'mode', entry: alone })}>
        {t('files.mode')}
      </Button>
    </>
  )
}
