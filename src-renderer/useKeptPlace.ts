import { useEventListener } from '@vueuse/core';
import { ref, shallowRef, watch, type Ref } from 'vue';
import type { Router } from 'vue-router';
import { z } from 'zod';
import { useKept } from './stores/kept.ts';

/** It leads on where there are runs. */
const firstView = '/start';
/** How long the content of a view may take until it is as long as it was. */
const patienceMs = 2000;
const mostPlaces = 100;

/** Keeps which view was open last, and how far each page was scrolled, within `main`. */
export const useKeptPlace = (router: Router, main: Readonly<Ref<HTMLElement | null>>): void => {
  const kept = useKept();
  const view = shallowRef(firstView);
  const tops = ref<Record<string, number>>({});
  kept.keep('view', z.string().startsWith('/').max(40), view);
  kept.keep('scrolled', z.record(z.string().max(80), z.number().min(0)), tops);

  const path = router.currentRoute;
  const scrolledBox = (): HTMLElement | null => main.value?.querySelector('.view-body, .form') ?? null;
  /** Until then the content may still come; a user who scrolls meanwhile is not moved. */
  let until = 0;
  const goBack = (): void => {
    const wanted = tops.value[path.value.path] ?? 0;
    const box = scrolledBox();
    if (box !== null && wanted > 0) box.scrollTop = wanted;
    if (performance.now() > until || (box !== null && box.scrollTop >= wanted - 1)) until = 0;
    else requestAnimationFrame(goBack);
  };
  const giveUp = (): void => {
    until = 0;
  };
  useEventListener(window, ['wheel', 'keydown', 'pointerdown'], giveUp, { capture: true, passive: true });
  useEventListener(
    main,
    'scroll',
    ({ target }) => {
      if (until > 0 || target !== scrolledBox() || !(target instanceof HTMLElement)) return;
      const { [path.value.path]: _former, ...others } = tops.value;
      const latest = Object.entries(others).slice(-mostPlaces);
      tops.value = { ...Object.fromEntries(latest), [path.value.path]: Math.round(target.scrollTop) };
    },
    { capture: true, passive: true },
  );

  watch(
    path,
    ({ path: now, matched }) => {
      if (matched.length === 0) return; // the first navigation is still under way
      if (now === '/') return void router.replace(view.value);
      view.value = `/${now.split('/')[1] ?? ''}`;
      until = performance.now() + patienceMs;
      requestAnimationFrame(goBack);
    },
    { immediate: true },
  );
};
