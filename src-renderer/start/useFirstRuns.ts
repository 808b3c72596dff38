import { ref, type Ref } from 'vue';
import { useRouter } from 'vue-router';
import { useBundles } from '../stores/bundles.ts';
import { useDraft } from '../stores/draft.ts';

/** The ways to the first runs of a workspace, each of which leads to where they are seen. */
export const useFirstRuns = (): {
  isStarting: Readonly<Ref<boolean>>;
  /** Queues the quick comparison. */
  start: () => Promise<void>;
  openExample: () => Promise<void>;
  importRuns: () => Promise<void>;
} => {
  const router = useRouter();
  const draft = useDraft();
  const bundles = useBundles();
  const isStarting = ref(false);
  return {
    isStarting,
    start: async () => {
      isStarting.value = true;
      const isQueued = await draft.runQuick();
      isStarting.value = false;
      if (isQueued) await router.push('/live');
    },
    openExample: async () => {
      if (await bundles.openExample()) await router.push('/compare');
    },
    importRuns: async () => {
      if (await bundles.importChosen()) await router.push('/compare');
    },
  };
};
