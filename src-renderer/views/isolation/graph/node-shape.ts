import type { NodeKind } from '#contract/isolation'

/** The outline tells the kind apart from colour: kernels are cut, networks round, files dog-eared. */
export type BoxShape = 'plain' | 'cut' | 'round' | 'ear' | 'tag' | 'chip' | 'stack'

export const boxShapes: Readonly<Record<NodeKind, BoxShape>> = {
  sandbox: 'plain',
  hostKernel: 'cut',
  guestKernel: 'cut',
  sentry: 'cut',
  hypervisor: 'cut',
  network: 'round',
  outside: 'round',
  mount: 'ear',
  port: 'tag',
  socket: 'tag',
  device: 'chip',
  agent: 'chip',
}

/** The outline as an SVG path from the upper left corner on. */
export function outline(shape: BoxShape, width: number, height: number): string {
  const right = width
  const bottom = height
  switch (shape) {
    case 'cut':
      return `M10 0H${right - 10}L${right} 10V${bottom - 10}L${right - 10} ${bottom}H10L0 ${bottom - 10}V10Z`
    case 'ear':
      return `M4 0H${right - 14}L${right} 14V${bottom - 4}Q${right} ${bottom} ${right - 4} ${bottom}H4Q0 ${bottom} 0 ${bottom - 4}V4Q0 0 4 0Z`
    case 'tag':
      return `M12 0H${right - 4}Q${right} 0 ${right} 4V${bottom - 4}Q${right} ${bottom} ${right - 4} ${bottom}H12L0 ${bottom / 2}Z`
    case 'chip':
      return `M0 0H${right}V${bottom}H0Z`
    case 'round':
      return rounded(width, height, height / 2)
    case 'plain':
    case 'stack':
      return rounded(width, height, 9)
  }
}

function rounded(width: number, height: number, r: number): string {
  return `M${r} 0H${width - r}A${r} ${r} 0 0 1 ${width} ${r}V${height - r}A${r} ${r} 0 0 1 ${width - r} ${height}H${r}A${r} ${r} 0 0 1 0 ${height - r}V${r}A${r} ${r} 0 0 1 ${r} 0Z`
}
