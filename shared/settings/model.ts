import { z } from 'zod';
import { modelInfos } from '../models.ts';
import { setting } from './setting.ts';

/** Networks that are one definition each. */
const fixedModelIds = [
  'mlp',
  'convnet',
  'resnet8',
  'resnet18',
  'wrn28x10',
  'pyramidnet110',
  'resnet50',
  'resnet101',
  'vit-s16',
] as const;

/** How the layers of `deep-mlp` hang together: one after another, or with connections across layers. */
export const wirings = ['serial', 'general'] as const;

/** Equal layers one after another, on which SWP's overhead is measured. @see Du et al. 2022, appendix A.6 */
const deepMlpSchema = z.strictObject({
  id: z.literal('deep-mlp'),
  layers: setting(z.number().int().min(1).max(1000).default(10), {
    label: 'layers',
    symbol: 'N',
    help: 'Equal layers of the deep MLP, besides the first one, which takes the image, and the last one, which classifies.',
  }),
  width: setting(z.number().int().min(1).max(16_384).default(256), {
    label: 'width',
    unit: 'units',
    help: 'Units of each layer of the deep MLP.',
  }),
  wiring: setting(z.enum(wirings).default('serial'), {
    label: 'wiring',
    help: 'Deep MLP: one kernel a layer, one layer after another; or kernel, bias and a normalisation’s scale and offset a layer, with connections across layers.',
    texts: { serial: 'serial', general: 'general' },
  }),
});
export type DeepMlpConfig = z.infer<typeof deepMlpSchema>;

/** Which network, with the settings of those that have some. */
export const modelSchema = setting(
  z.discriminatedUnion('id', [z.strictObject({ id: z.enum(fixedModelIds) }), deepMlpSchema]),
  {
    label: 'model',
    help: 'The network that is trained.',
    texts: Object.fromEntries(Object.entries(modelInfos).map(([id, { name }]) => [id, name])),
  },
);
export type ModelConfig = z.infer<typeof modelSchema>;

/** Networks the engine can build. */
export const modelIds = [...fixedModelIds, 'deep-mlp'] as const;
export type ModelId = (typeof modelIds)[number];

/** A network by its name, with its own defaults where it has settings. */
export const modelOf = (id: ModelId): ModelConfig => modelSchema.parse({ id });
