import { usePreferredDark, useStorage } from '@vueuse/core';
import { darkTheme, type GlobalTheme, type GlobalThemeOverrides } from 'naive-ui';
import { computed, watchEffect, type ComputedRef, type Ref } from 'vue';

export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

/** Colours that a canvas or Naive UI needs as values; the same as in styles/base.css. */
const palettes = {
  light: {
    ...{ background: '#ffffff', raised: '#ffffff', text: '#1a1b1f', muted: '#62656e', hairline: '#e5e5e9' },
    ...{ strong: '#cfcfd6', accent: '#4f4fc4', accentHover: '#4242b0', error: '#c0322b', hover: '#f1f1f4' },
    ...{ button: '#f1f1f4', buttonHover: '#e7e7ec', warning: '#9a6200' },
  },
  dark: {
    ...{ background: '#141518', raised: '#1b1c20', text: '#e7e8ec', muted: '#a0a3ad', hairline: '#292b31' },
    ...{ strong: '#41444d', accent: '#8484f2', accentHover: '#9a9af6', error: '#f2726b', hover: '#1f2025' },
    ...{ button: '#26272d', buttonHover: '#303239', warning: '#e3b341' },
  },
} as const;
export type Palette = (typeof palettes)['light' | 'dark'];

const overridesOf = (palette: Palette): GlobalThemeOverrides => ({
  common: {
    fontFamily: "'Inter Variable', system-ui, sans-serif",
    fontSize: '13px',
    fontSizeSmall: '13px',
    fontSizeMedium: '13px',
    heightTiny: '24px',
    heightSmall: '28px',
    heightMedium: '28px',
    borderRadius: '4px',
    primaryColor: palette.accent,
    primaryColorHover: palette.accentHover,
    primaryColorPressed: palette.accentHover,
    primaryColorSuppl: palette.accent,
    errorColor: palette.error,
    errorColorHover: palette.error,
    warningColor: palette.warning,
    warningColorHover: palette.warning,
    warningColorPressed: palette.warning,
    textColorBase: palette.text,
    textColor1: palette.text,
    textColor2: palette.text,
    textColor3: palette.muted,
    borderColor: palette.strong,
    dividerColor: palette.hairline,
    popoverColor: palette.raised,
    modalColor: palette.raised,
    cardColor: palette.raised,
    hoverColor: palette.hover,
    buttonColor2: palette.button,
    buttonColor2Hover: palette.buttonHover,
    buttonColor2Pressed: palette.buttonHover,
  },
  Button: { paddingSmall: '0 10px', fontWeight: '500', paddingTiny: '0 6px' },
  Progress: { railHeight: '6px' },
});

export interface Theme {
  readonly choice: Ref<ThemeChoice>;
  readonly isDark: ComputedRef<boolean>;
  readonly palette: ComputedRef<Palette>;
  readonly naive: ComputedRef<GlobalTheme | null>;
  readonly overrides: ComputedRef<GlobalThemeOverrides>;
}

const choice = useStorage<ThemeChoice>('esam-lab.theme', 'system');
const prefersDark = usePreferredDark();
const isDark = computed(() => (choice.value === 'system' ? prefersDark.value : choice.value === 'dark'));
const palette = computed(() => palettes[isDark.value ? 'dark' : 'light']);
const naive = computed(() => (isDark.value ? darkTheme : null));
const overrides = computed(() => overridesOf(palette.value));
watchEffect(() => {
  document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light';
});

/** Light, dark or as the system says; the choice is kept in localStorage. */
export const useTheme = (): Theme => ({ choice, isDark, palette, naive, overrides });
