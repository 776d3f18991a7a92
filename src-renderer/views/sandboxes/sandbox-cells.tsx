import { Check, Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import { portText } from '#contract/port-text'
import type { Sandbox } from '#contract/sandbox'
import { useCopy } from '../../components/copy-button.tsx'
import { Sparkline, sparklineSamples } from '../../components/sparkline.tsx'
import { Tooltip } from '../../components/tooltip.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatCpu, formatDuration } from '../../model/duration.ts'
import { useUsage } from '../../store/usage-store.ts'

export function isOn({ state }: Pick<Sandbox, 'state'>): boolean {
  return state === 'running' || state === 'paused' || state === 'stopping'
}

/** The present value as text beside half a minute of it. */
export function UsageCell({ sandbox, of }: { readonly sandbox: Sandbox; readonly of: 'cpu' | 'memory' }): ReactNode {
  const { t } = useTranslation()
  const history = useUsage(sandbox.id)
  const latest = history.at(-1)
  if (!latest || !isOn(sandbox)) return <span className="usage-none">–</span>
  const cpu = of === 'cpu'
  const values = history.slice(-sparklineSamples).map((sample) => (cpu ? sample.cpuCores : sample.memoryBytes))
  const ceiling = cpu ? (sandbox.spec.limits.cpus ?? 0.1) : (latest.memoryLimitBytes ?? latest.memoryBytes * 2)
  return (
    <span className="usage">
      <span className="usage-value">{cpu ? formatCpu(latest.cpuCores) : formatBytes(latest.memoryBytes)}</span>
      <Sparkline
        label={t(cpu ? 'sandboxes.cpuOf' : 'sandboxes.memoryOf', { name: sandbox.name })}
        values={values}
        ceiling={ceiling}
        color={cpu ? 'var(--chart-cpu)' : 'var(--chart-memory)'}
      />
    </span>
  )
}

export function PortList({ ports }: Pick<Sandbox, 'ports'>): ReactNode {
  if (ports.length === 0) return <span className="usage-none">–</span>
  return (
    <span className="ports">
      {ports.map((port) => (
        <PortChip key={`${port.hostPort}-${portText(port.guestPort, port.protocol)}`} {...port} />
      ))}
    </span>
  )
}

function PortChip({ hostPort, guestPort, protocol }: Sandbox['ports'][number]): ReactNode {
  const { t } = useTranslation()
  const address = `127.0.0.1:${hostPort}`
  const [copied, copy] = useCopy(address)
  return (
    <Tooltip text={`${address} → ${portText(guestPort, protocol)}`}>
      <button
        type="button"
        className="port"
        aria-label={t('sandboxes.copyPort', { hostPort, port: portText(guestPort, protocol) })}
        onClick={copy}
      >
        :{portText(hostPort, protocol)}
        {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      </button>
    </Tooltip>
  )
}

export function Uptime({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const now = useNow()
  if (!isOn(sandbox) || sandbox.startedAt === null) return <span className="usage-none">–</span>
  return <span className="uptime">{formatDuration(now - Date.parse(sandbox.startedAt))}</span>
}
