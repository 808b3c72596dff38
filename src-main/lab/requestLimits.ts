import { LabError } from '../../shared/errors.ts';
import type { LabMethod } from '../../shared/labApi.ts';

/** Requests that work for seconds or more, or hold much in memory meanwhile. */
const starting: ReadonlySet<LabMethod> = new Set<LabMethod>([
  'backUp',
  'importDataset',
  'importBundle',
  'openExample',
  'exampleCurves',
  'measureSpeed',
  'plan',
  'exportBundle',
  'exportFigure',
  'exportStudy',
  'exportAnalysis',
  'report',
]);
const mostOfAKind = 8;
/** Of all kinds; whoever asks waits for answers. */
const mostAtOnce = 500;

/**
 * Counts what one client has under way, so that a page that was taken over, or a script that went wrong, cannot have the lab begin work without end.
 * @returns does a request, or throws LabError TOO_MANY.
 */
export const requestLimits = () => {
  const underWay = new Map<LabMethod, number>();
  let all = 0;
  return async <T>(method: LabMethod, work: () => Promise<T>): Promise<T> => {
    const ofKind = underWay.get(method) ?? 0;
    if (all >= mostAtOnce || (starting.has(method) && ofKind >= mostOfAKind)) {
      const found = all >= mostAtOnce ? `${all} requests` : `${ofKind} requests of this kind (${method})`;
      throw new LabError(
        'TOO_MANY',
        `${found} of this window are under way already. Wait until one has ended, then try again.`,
      );
    }
    all++;
    underWay.set(method, ofKind + 1);
    try {
      return await work();
    } finally {
      all--;
      underWay.set(method, (underWay.get(method) ?? 1) - 1);
    }
  };
};
