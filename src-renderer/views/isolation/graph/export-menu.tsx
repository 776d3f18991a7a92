import { Download } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { savePicture } from '../../../actions/isolation-actions.ts'
import { Button } from '../../../components/button.tsx'
import { Menu, type MenuItem } from '../../../components/menu.tsx'
import { pictureOf, toPng } from './picture.ts'

interface Props {
  readonly svg: RefObject<SVGSVGElement | null>
  readonly name: string
}

export function ExportMenu({ svg, name }: Props): ReactNode {
  const { t } = useTranslation()
  const save = (kind: 'svg' | 'png') => (): void => {
    const { current } = svg
    if (!current) return
    const picture = pictureOf(current)
    void savePicture(`${name}.${kind}`, async () =>
      kind === 'svg' ? { kind, text: picture } : { kind, base64: await toPng(picture) },
    )
  }
  const items: readonly MenuItem[] = (['svg', 'png'] as const).map((kind) => ({
    ...{ key: kind, label: t(`isolation.export.${kind}`), onSelect: save(kind) },
  }))
  return (
    <Menu
      trigger={
        <Button>
          <Download aria-hidden="true" />
          {t('isolation.export.button')}
        </Button>
      }
      groups={[items]}
    />
  )
}
