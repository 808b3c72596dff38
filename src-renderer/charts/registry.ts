import {
  Chart,
  Decimation,
  Filler,
  LinearScale,
  LogarithmicScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartOptions,
} from 'chart.js';
import zoom from 'chartjs-plugin-zoom';
import type { Palette } from '../theme.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip, Filler, Decimation);
Chart.register(zoom);
Chart.defaults.font.family = "'Inter Variable', system-ui, sans-serif";
Chart.defaults.font.size = 11;
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;

/** Axes, grid and tooltip in the theme's colours. */
export const styledOptions = (palette: Palette, axes: { xLabel: string; yLabel: string }) => {
  const axis = (text: string) => ({
    type: 'linear' as const,
    title: { display: true, text, color: palette.muted, padding: 2 },
    grid: { color: palette.hairline, drawTicks: false },
    border: { color: palette.strong },
    ticks: {
      color: palette.muted,
      padding: 6,
      maxRotation: 0,
      maxTicksLimit: 6,
      includeBounds: false,
    },
  });
  return {
    scales: { x: axis(axes.xLabel), y: axis(axes.yLabel) },
    plugins: {
      tooltip: {
        backgroundColor: palette.raised,
        borderColor: palette.strong,
        borderWidth: 1,
        titleColor: palette.text,
        bodyColor: palette.text,
        cornerRadius: 4,
        padding: 8,
        boxPadding: 4,
        usePointStyle: true,
      },
    },
  } satisfies ChartOptions;
};

export { Chart };
