import { type ReactNode, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { toBase64 } from '../../model/file-content.ts'
import { useElectron } from '../../store/app-store.ts'

interface Props {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** A media type, as `image/png`. */
  readonly type: string
  readonly name: string
}

/**
 * A picture that a guest made. An older Electron never gets its bytes: its faults in reading pictures are public. While it is not
 * known which one runs there is nothing.
 */
export function FilePicture(props: Props): ReactNode {
  const { t } = useTranslation()
  const { kind } = useElectron()
  if (kind === 'unknown') return null
  return kind === 'right' ? <Shown {...props} /> : <p className="section-text">{t('files.preview.noPicture')}</p>
}

function Shown({ bytes, type, name }: Props): ReactNode {
  const url = useMemo(() => `data:${type};base64,${toBase64(bytes)}`, [bytes, type])
  return (
    <div className="file-picture">
      <img src={url} alt={name} />
    </div>
  )
}
