import { unrefElement, type MaybeElementRef } from '@vueuse/core';
import { nextTick, watch } from 'vue';

const fields = 'input:enabled, textarea:enabled, select:enabled';

/**
 * For a form that opens in the place of its button: the keyboard goes on with the first field that can be filled in, and back to the
 * button once the form that it stood in has closed.
 */
export const useFormFocus = (isOpen: () => boolean, form: MaybeElementRef, opener: MaybeElementRef): void => {
  watch(isOpen, async (isNow) => {
    const wasWithin = unrefElement(form)?.contains(document.activeElement) ?? false;
    await nextTick();
    if (isNow) unrefElement(form)?.querySelector<HTMLElement>(fields)?.focus();
    else if (wasWithin) unrefElement(opener)?.focus();
  });
};
