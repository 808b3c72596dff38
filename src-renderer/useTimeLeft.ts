import { ref, watch, type Ref } from 'vue';

/** Before that, the pace is a guess. */
const leastMs = 3000;

/**
 * How long something that counts its bytes will still take, at its mean pace since the bytes in sight began; null while nobody can know.
 * @param progress - what happens now; another `message` is another work with a pace of its own.
 */
export const useTimeLeft = (
  progress: () => {
    readonly message: string;
    readonly bytes: number | null;
    readonly totalBytes: number | null;
  } | null,
): Readonly<Ref<number | null>> => {
  const leftMs = ref<number | null>(null);
  let begun: { readonly message: string; readonly at: number; readonly bytes: number } | null = null;
  watch(
    progress,
    (now) => {
      leftMs.value = null;
      if (now?.bytes === null || now?.totalBytes === null || now === null) return;
      if (begun?.message !== now.message) begun = { message: now.message, at: performance.now(), bytes: now.bytes };
      const [ms, done] = [performance.now() - begun.at, now.bytes - begun.bytes];
      if (ms >= leastMs && done > 0) leftMs.value = ((now.totalBytes - now.bytes) * ms) / done;
    },
    { immediate: true },
  );
  return leftMs;
};
