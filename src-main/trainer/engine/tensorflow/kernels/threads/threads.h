#pragma once
#include <cstdint>

/** How many threads a kernel computes in, the calling one included: TF_NUM_INTRAOP_THREADS, else one a core. */
int threadCount();

/** Runs task(context, index) for every index below `count`, each once, on any thread; returns when all are done. One caller at a time. */
void runTasks(int count, void (*task)(const void* context, int index), const void* context);

/** Held by one kernel at a time: the threads and the scratch memory are its own meanwhile. */
struct Turn {
  Turn();
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

/**
 * Bytes that, just written or read, are taken to lie in the threads' own caches still: to ask for those ahead of time only costs. For what
 * lies in a cache that all cores share it pays.
 */
int64_t nearBytes();

/** Floats that all threads of a kernel share, aligned to 64 bytes, valid until the next call; null where there is no memory. */
float* sharedScratch(int64_t floats);

/** Floats for the calling thread alone, aligned to 64 bytes, valid until it asks again; null where there is no memory. */
float* threadScratch(int64_t floats);

template <typename Task>
static inline void parallelFor(int count, const Task& task) {
  runTasks(count, [](const void* context, int index) { (*static_cast<const Task*>(context))(index); }, &task);
}
