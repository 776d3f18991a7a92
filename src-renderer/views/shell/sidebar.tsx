import { Boxes, Gauge, HardDrive, Laptop, Layers, Monitor, Moon, Sun, TriangleAlert, Waypoints } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { Mark } from '../../components/mark.tsx'
import { Segments } from '../../components/toggles.tsx'
import { useAgent } from '../../store/agent-store.ts'
import { useElectron, useWindowProcess } from '../../store/app-store.ts'
import { changeSettings, useSettings } from '../../store/settings.ts'
import { AgentStatus } from './agent-status.tsx'

export function Sidebar(): ReactNode {
  const { t } = useTranslation()
  const running = useAgent(({ sandboxes }) => sandboxes.size)
  const images = useAgent((state) => state.images.size)
  const volumes = useAgent((state) => state.volumes.size)
  return (
    <div className="sidebar">
      <nav aria-label={t('shell.navigation')}>
        <div className="brand">
          <Mark size={26} />
          <span className="sidebar-words">Joey</span>
        </div>
        <ul className="nav-list">
          <NavLink to="/sandboxes" label={t('shell.nav.sandboxes')} icon={<Boxes />} count={running} />
          <NavLink to="/isolation" label={t('shell.nav.isolation')} icon={<Waypoints />} />
          <NavLink to="/images" label={t('shell.nav.images')} icon={<Layers />} count={images} />
          <NavLink to="/volumes" label={t('shell.nav.volumes')} icon={<HardDrive />} count={volumes} />
          <NavLink to="/resources" label={t('resources.title')} icon={<Gauge />} />
          <NavLink to="/host" label={t('shell.nav.host')} icon={<Laptop />} />
        </ul>
      </nav>
      <footer className="sidebar-foot">
        <OlderElectron />
        <NotConfined />
        <AgentStatus />
        <ThemeSwitch />
      </footer>
    </div>
  )
}

/** Always in sight: faults of an old Electron are known to everybody who would use them. */
function OlderElectron(): ReactNode {
  const { t } = useTranslation()
  const electron = useElectron()
  if (electron.kind !== 'older') return null
  return (
    <p className="older-electron" title={t('shell.olderElectron', { version: electron.version })}>
      <TriangleAlert aria-hidden="true" />
      <span className="sidebar-words">{t('shell.olderElectron', { version: electron.version })}</span>
    </p>
  )
}

/** A page that is taken over would be all that the window is. */
function NotConfined(): ReactNode {
  const { t } = useTranslation()
  if (useWindowProcess()?.isConfined !== false) return null
  return (
    <p className="older-electron" title={t('shell.notConfined')}>
      <TriangleAlert aria-hidden="true" />
      <span className="sidebar-words">{t('shell.notConfined')}</span>
    </p>
  )
}

interface NavLinkProps {
  readonly to: string
  readonly label: string
  readonly icon: ReactNode
  readonly count?: number
}

function NavLink({ to, label, icon, count }: NavLinkProps): ReactNode {
  const [location] = useLocation()
  const here = location === to || location.startsWith(`${to}/`)
  return (
    <li>
      <Link to={to} className="nav-link" title={label} aria-current={here ? 'page' : undefined}>
        {icon}
        <span className="sidebar-words">{label}</span>
        {count !== undefined && count > 0 && (
          <span className="nav-count" aria-hidden="true">
            {count}
          </span>
        )}
      </Link>
    </li>
  )
}

function ThemeSwitch(): ReactNode {
  const { t } = useTranslation()
  const theme = useSettings((settings) => settings.theme)
  return (
    <Segments
      label={t('shell.theme.label')}
      value={theme}
      onChange={(next) => changeSettings({ theme: next })}
      options={[
        { value: 'system', label: t('shell.theme.system'), icon: <Monitor aria-hidden="true" /> },
        { value: 'light', label: t('shell.theme.light'), icon: <Sun aria-hidden="true" /> },
        { value: 'dark', label: t('shell.theme.dark'), icon: <Moon aria-hidden="true" /> },
      ]}
    />
  )
}
