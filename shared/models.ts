import type { ModelConfig, ModelId } from './runConfig.ts';

/** What a model is called and which images it takes. */
export interface ModelInfo {
  readonly name: string;
  /** Side of the square images it was made for; null where no size is special. */
  readonly madeFor: number | null;
  /** Whether it normalises by BatchNorm or LayerNorm. */
  readonly normalises: (model: ModelConfig) => boolean;
  readonly needs: { readonly isSquare: boolean; readonly leastSide: number; readonly sideMultiple: number };
}

const anyImage = { isSquare: false, leastSide: 1, sideMultiple: 1 };
/** Global average pooling takes square images only. */
const squareImage = { isSquare: true, leastSide: 4, sideMultiple: 1 };

const always = (): boolean => true;
const never = (): boolean => false;

export const modelInfos: Readonly<Record<ModelId, ModelInfo>> = {
  mlp: { name: 'MLP', madeFor: null, normalises: never, needs: anyImage },
  convnet: { name: 'ConvNet', madeFor: null, normalises: always, needs: squareImage },
  resnet8: { name: 'ResNet-8', madeFor: 32, normalises: always, needs: squareImage },
  resnet18: { name: 'ResNet-18', madeFor: 32, normalises: always, needs: squareImage },
  wrn28x10: { name: 'WRN-28-10', madeFor: 32, normalises: always, needs: squareImage },
  // Two 2×2 average pools must halve a side exactly as strided convolutions do.
  pyramidnet110: {
    name: 'PyramidNet-110',
    madeFor: 32,
    normalises: always,
    needs: { ...squareImage, sideMultiple: 4 },
  },
  // Five halvings.
  resnet50: { name: 'ResNet-50', madeFor: 224, normalises: always, needs: { ...squareImage, leastSide: 32 } },
  resnet101: { name: 'ResNet-101', madeFor: 224, normalises: always, needs: { ...squareImage, leastSide: 32 } },
  // Patches of 16×16 pixels.
  'vit-s16': {
    name: 'ViT-S/16',
    madeFor: 224,
    normalises: always,
    needs: { isSquare: true, leastSide: 16, sideMultiple: 16 },
  },
  'deep-mlp': {
    name: 'Deep MLP',
    madeFor: null,
    normalises: (model) => model.id === 'deep-mlp' && model.wiring === 'general',
    needs: anyImage,
  },
};

/** A network's name with the settings that make it another one: "Deep MLP 50 × 3000, serial". */
export const modelNameOf = (model: ModelConfig): string => {
  const { name } = modelInfos[model.id];
  return model.id === 'deep-mlp' ? `${name} ${model.layers} × ${model.width}, ${model.wiring}` : name;
};

/** Why images of this size cannot go into a model, and what to do; null where they can. */
export const misfitOf = (model: ModelId, height: number, width: number): string | null => {
  const { name, madeFor, needs } = modelInfos[model];
  const { isSquare, leastSide, sideMultiple } = needs;
  const fits = [height, width].every((side) => side >= leastSide && side % sideMultiple === 0);
  if (fits && (!isSquare || height === width)) return null;
  const wishes = [
    ...(isSquare ? ['square images'] : ['images']),
    `of at least ${leastSide}×${leastSide} pixels`,
    ...(sideMultiple > 1 ? [`whose sides are multiples of ${sideMultiple}`] : []),
    ...(madeFor === null ? [] : [`(it was made for ${madeFor}×${madeFor})`]),
  ];
  return `${name} needs ${wishes.join(' ')}, but the data set's are ${height}×${width}. Choose another model or a data set of fitting images.`;
};
