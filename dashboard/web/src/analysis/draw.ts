// ECharts, with the parts that the answers need and no others.

import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { Option } from './option'

use([
  BarChart,
  CustomChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
])

export interface Drawing {
  show(option: Option): void
  close(): void
}

export function draw(element: HTMLElement): Drawing {
  const chart = init(element)
  const observer = new ResizeObserver(() => chart.resize())
  observer.observe(element)
  return {
    show: option => chart.setOption(option, { notMerge: true }),
    close() {
      observer.disconnect()
      chart.dispose()
    },
  }
}
