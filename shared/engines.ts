import type { Precision } from './runConfig.ts';

/** What is known of an engine without opening it. */
export interface EngineInfo {
  readonly name: string;
  readonly precisions: readonly Precision[];
  /** Comes with the lab, has to be got first, or is there as an oracle and measured by nobody. */
  readonly kind: 'bundled' | 'installed' | 'oracle';
}

/** Every engine: one line here, and one in `trainer/engine/engines.ts` that opens it. */
const infos = {
  tensorflow: { name: 'TensorFlow', precisions: ['float32', 'bfloat16'], kind: 'installed' },
  wasm: { name: 'WebAssembly', precisions: ['float32'], kind: 'bundled' },
  reference: { name: 'Reference (slow)', precisions: ['float32'], kind: 'oracle' },
} as const satisfies Readonly<Record<string, EngineInfo>>;

export type EngineId = keyof typeof infos;
/** Engines that a person would train on: the device page shows them, the self-test measures them. */
export type MeasuredEngine = { [E in EngineId]: (typeof infos)[E]['kind'] extends 'oracle' ? never : E }[EngineId];

export const engineInfos: Readonly<Record<EngineId, EngineInfo>> = infos;
export const engineIds = Object.keys(infos) as EngineId[];
export const measuredEngines = engineIds.filter((id): id is MeasuredEngine => engineInfos[id].kind !== 'oracle');
