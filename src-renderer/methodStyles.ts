import type { MethodId } from '../shared/methods/index.ts';
import type { MethodLook } from '../shared/methods/method.ts';
import { styleOf as styleOnWhite } from '../shared/methods/variants.ts';
import { onDark, onLight } from './contrast.ts';
import { useTheme } from './theme.ts';

export { variantsOf } from '../shared/methods/variants.ts';

/** The mark of a method, or of a further variant of one, in a colour that is seen on the theme's background. */
export const styleOf = (method: MethodId, variant = 0): MethodLook => {
  const style = styleOnWhite(method, variant);
  const { isDark, palette } = useTheme();
  const seen = isDark.value ? onDark : onLight;
  return { ...style, color: seen(style.color, palette.value.background) };
};
