import { Command } from 'cmdk'
import {
  Boxes,
  Gauge,
  HardDrive,
  Keyboard,
  Languages,
  Laptop,
  Layers,
  Moon,
  Pause,
  Play,
  Plus,
  RotateCw,
  Square,
  SquareTerminal,
  Sun,
  Waypoints,
} from 'lucide-react'
import { Dialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import type { Sandbox } from '#contract/sandbox'
import { act } from '../../actions/sandbox-actions.ts'
import { Kbd } from '../../components/button.tsx'
import { useCountedDialog } from '../../components/open-dialogs.ts'
import { StateLabel } from '../../components/state-label.tsx'
import { useFocusReturn } from '../../components/use-focus-return.ts'
import { offeredLanguages } from '../../copy/languages.ts'
import { canDo } from '../../model/sandbox-abilities.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { planChange } from '../../store/change-class-store.ts'
import { changeSettings } from '../../store/settings.ts'
import { openCreate, openKeys, uiStore, useUi } from '../../store/ui-store.ts'
import { suggestClass } from '../change-class/suggest-class.ts'

/** Everything by name: go somewhere, or do something to a sandbox. */
export function Palette(): ReactNode {
  const { t } = useTranslation()
  const open = useUi((state) => state.paletteOpen)
  const focus = useFocusReturn()
  useCountedDialog(open)
  const setOpen = (paletteOpen: boolean): void => uiStore.setState({ paletteOpen })
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content className="palette" {...focus}>
          <Dialog.Title className="visually-hidden">{t('palette.title')}</Dialog.Title>
          <Dialog.Description className="visually-hidden">{t('palette.description')}</Dialog.Description>
          <Command label={t('palette.title')} loop>
            <Command.Input placeholder={t('palette.placeholder')} aria-label={t('palette.placeholder')} />
            <Command.List label={t('palette.title')}>
              <Command.Empty>{t('palette.nothing')}</Command.Empty>
              <SandboxItems close={() => setOpen(false)} />
              <PageItems close={() => setOpen(false)} />
            </Command.List>
          </Command>
          <Hints />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

interface CloseProps {
  readonly close: () => void
}

function PageItems({ close }: CloseProps): ReactNode {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const then = (run: () => void) => () => {
    close()
    run()
  }
  return (
    <>
      <Command.Group heading={t('palette.actions')}>
        <Item icon={<Plus />} label={t('shell.newSandbox')} note={<Kbd>N</Kbd>} onSelect={then(openCreate)} />
        <Item icon={<Keyboard />} label={t('keys.title')} note={<Kbd>?</Kbd>} onSelect={then(openKeys)} />
        {(['system', 'light', 'dark'] as const).map((theme) => (
          <Item
            key={theme}
            icon={theme === 'dark' ? <Moon /> : <Sun />}
            label={t('palette.theme', { theme: t(`shell.theme.${theme}`) })}
            onSelect={then(() => changeSettings({ theme }))}
          />
        ))}
        {offeredLanguages.map(({ tag, name }) => (
          <Item
            key={tag}
            icon={<Languages />}
            label={t('shell.language.choose', { language: name })}
            onSelect={then(() => changeSettings({ language: tag }))}
          />
        ))}
      </Command.Group>
      <Command.Group heading={t('palette.go')}>
        <Item icon={<Boxes />} label={t('shell.nav.sandboxes')} onSelect={then(() => navigate('/sandboxes'))} />
        <Item icon={<Waypoints />} label={t('shell.nav.isolation')} onSelect={then(() => navigate('/isolation'))} />
        <Item icon={<Layers />} label={t('shell.nav.images')} onSelect={then(() => navigate('/images'))} />
        <Item icon={<HardDrive />} label={t('shell.nav.volumes')} onSelect={then(() => navigate('/volumes'))} />
        <Item icon={<Laptop />} label={t('shell.nav.host')} onSelect={then(() => navigate('/host'))} />
      </Command.Group>
    </>
  )
}

const verbIcons = {
  start: <Play />,
  stop: <Square className="icon-filled" />,
  pause: <Pause />,
  resume: <Play />,
  restart: <RotateCw />,
  changeClass: <Gauge />,
} as const

function SandboxItems({ close }: CloseProps): ReactNode {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const live = useIsLive()
  const sandboxes = useAgent((state) => state.sandboxes)
  if (sandboxes.size === 0) return null
  const doVerb = (verb: keyof typeof verbIcons, sandbox: Sandbox) => () => {
    close()
    if (verb === 'changeClass') planChange(sandbox.id, suggestClass(sandbox.class))
    else void act(verb, sandbox)
  }
  return (
    <Command.Group heading={t('palette.sandboxes')}>
      {[...sandboxes.values()].flatMap((sandbox) => [
        <Item
          key={sandbox.id}
          icon={<SquareTerminal />}
          label={sandbox.name}
          note={<StateLabel sandbox={sandbox} />}
          onSelect={() => {
            close()
            navigate(`/sandboxes/${sandbox.id}`)
          }}
        />,
        ...(Object.keys(verbIcons) as (keyof typeof verbIcons)[])
          .filter((verb) => live && canDo(verb, sandbox))
          .map((verb) => (
            <Item
              key={`${sandbox.id}-${verb}`}
              icon={verbIcons[verb]}
              label={t(`sandboxes.verb.${verb}`, { name: sandbox.name })}
              onSelect={doVerb(verb, sandbox)}
            />
          )),
      ])}
    </Command.Group>
  )
}

interface ItemProps {
  readonly icon: ReactNode
  readonly label: string
  readonly note?: ReactNode
  readonly onSelect: () => void
}

function Item({ icon, label, note, onSelect }: ItemProps): ReactNode {
  return (
    <Command.Item value={label} onSelect={onSelect}>
      {icon}
      {label}
      {note && <span className="palette-note">{note}</span>}
    </Command.Item>
  )
}

function Hints(): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="palette-foot">
      <span>
        <Kbd>↑</Kbd>
        <Kbd>↓</Kbd> {t('palette.hintMove')}
      </span>
      <span>
        <Kbd>⏎</Kbd> {t('palette.hintRun')}
      </span>
      <span>
        <Kbd>Esc</Kbd> {t('palette.hintClose')}
      </span>
    </div>
  )
}
