#include "threads.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#if defined(__unix__)
#include <unistd.h>
#endif

namespace {

/** How often a thread looks before it sleeps or lets others have its core, some 50 µs: one kernel's parts follow each other faster than a thread wakes. */
constexpr int looks = 1000;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/** The tasks of a round that one thread begins with, in a line of the cache of their own. Its own thread takes the first of them, others the last. */
class alignas(64) Share {
 public:
  void set(uint32_t first, uint32_t last) { range.store(both(first, last)); }

  /** @returns the index of a task, or none where there are no more. */
  int64_t takeFirst() {
    return take([](uint32_t first, uint32_t last) { return Taken{first, both(first + 1, last)}; });
  }
  int64_t takeLast() {
    return take([](uint32_t first, uint32_t last) { return Taken{last - 1, both(first, last - 1)}; });
  }
  static constexpr int64_t none = -1;

 private:
  struct Taken {
    int64_t index;
    uint64_t rest;
  };
  static uint64_t both(uint32_t first, uint32_t last) { return uint64_t(last) << 32 | first; }

  template <typename Choice>
  int64_t take(const Choice& choice) {
    for (uint64_t now = range.load();;) {
      const uint32_t first = static_cast<uint32_t>(now), last = static_cast<uint32_t>(now >> 32);
      if (first == last) return none;
      const Taken taken = choice(first, last);
      if (range.compare_exchange_weak(now, taken.rest)) return taken.index;
    }
  }

  std::atomic<uint64_t> range{0};
};

/**
 * Threads that share the tasks of one round at a time. Each begins with the same part of every round, so that what it wrote in one, a part of
 * the images, is in its own core's caches when it reads that in the next; whoever has done its own helps with the rest. Whoever comes takes
 * part, and nobody is waited for who has not come: on a busy machine a thread may long be without a core.
 */
class Pool {
 public:
  /** Where the system gives fewer threads (a limit on processes), it goes with those. */
  explicit Pool(int wished) : shares(new Share[wished]) {
    try {
      for (; started < wished; started++) std::thread([this, own = started] { serve(own); }).detach();
    } catch (const std::system_error&) {
    }
  }

  /** The calling one included. */
  int threads() const { return started; }

  void run(int count, void (*task)(const void*, int), const void* context) {
    if (count <= 1 || started == 1) {
      for (int index = 0; index < count; index++) task(context, index);
      return;
    }
    this->task = task;
    this->context = context;
    for (int64_t share = 0; share < started; share++) {
      shares[share].set(static_cast<uint32_t>(count * share / started), static_cast<uint32_t>(count * (share + 1) / started));
    }
    round.store((round.load() / nextRound + 1) * nextRound + open);
    if (sleeping.load() > 0) {
      { std::lock_guard<std::mutex> lock(mutex); }
      wake.notify_all();
    }
    work(0);
    round.fetch_sub(open);
    for (int look = 0; round.load(std::memory_order_acquire) % open != 0; look++) look < looks ? pause() : std::this_thread::yield();
  }

 private:
  /** `round`: its number, whether it is open, and how many threads besides the calling one are in it. */
  static constexpr uint64_t open = 1 << 16, nextRound = 2 * open;

  void work(int own) {
    for (int64_t index; (index = shares[own].takeFirst()) != Share::none;) task(context, static_cast<int>(index));
    for (int other = 1; other < started; other++) {
      Share& share = shares[(own + other) % started];
      for (int64_t index; (index = share.takeLast()) != Share::none;) task(context, static_cast<int>(index));
    }
  }

  /** @param seen - the round that the thread was in last. */
  bool isCalled(uint64_t seen) const {
    const uint64_t now = round.load();
    return now % nextRound >= open && now / nextRound != seen;
  }

  void serve(int own) {
    uint64_t seen = 0;
    for (;;) {
      for (int look = 0; look < looks && !isCalled(seen); look++) pause();
      if (!isCalled(seen)) {
        std::unique_lock<std::mutex> lock(mutex);
        sleeping.fetch_add(1);
        wake.wait(lock, [&] { return isCalled(seen); });
        sleeping.fetch_sub(1);
      }
      uint64_t now = round.load();
      while (now % nextRound >= open && !round.compare_exchange_weak(now, now + 1)) pause();
      if (now % nextRound < open) continue; // it is over
      seen = now / nextRound;
      work(own);
      round.fetch_sub(1, std::memory_order_release);
    }
  }

  int started = 1;
  std::mutex mutex;
  std::condition_variable wake;
  /** Each in a line of the cache of its own: threads look at one while others change the other. */
  alignas(64) std::atomic<uint64_t> round{0};
  alignas(64) std::atomic<int> sleeping{0};
  void (*task)(const void*, int) = nullptr;
  const void* context = nullptr;
  const std::unique_ptr<Share[]> shares;
};

int wishedThreads() {
  const char* said = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int wished = said == nullptr ? 0 : std::atoi(said);
  return wished > 0 ? wished : static_cast<int>(std::thread::hardware_concurrency());
}

/** Bytes of a core's second-level cache; where the system does not say, what many processors of today have. */
int64_t ownCache() {
#if defined(_SC_LEVEL2_CACHE_SIZE)
  const long said = sysconf(_SC_LEVEL2_CACHE_SIZE);
  if (said > 0) return said;
#endif
  return 2 << 20;
}

/** Never destroyed: its threads run until the process ends. */
Pool& pool() {
  static Pool* const made = new Pool(wishedThreads() > 0 ? wishedThreads() : 1);
  return *made;
}

/** Memory that grows, and is kept for the next kernel. */
class Scratch {
 public:
  float* atLeast(int64_t floats) {
    if (floats < 1) floats = 1;
    if (floats > size) {
      std::free(memory);
      memory = static_cast<float*>(std::aligned_alloc(64, (floats * sizeof(float) + 63) / 64 * 64));
      size = memory == nullptr ? 0 : floats;
    }
    return memory;
  }

 private:
  float* memory = nullptr;
  int64_t size = 0;
};

std::mutex turn;

}  // namespace

int threadCount() { return pool().threads(); }

int64_t nearBytes() {
  static const int64_t bytes = ownCache() * threadCount() * 7 / 4;
  return bytes;
}

void runTasks(int count, void (*task)(const void*, int), const void* context) { pool().run(count, task, context); }

Turn::Turn() { turn.lock(); }
Turn::~Turn() { turn.unlock(); }

float* sharedScratch(int64_t floats) {
  static Scratch kept;
  return kept.atLeast(floats);
}

float* threadScratch(int64_t floats) {
  thread_local Scratch kept;
  return kept.atLeast(floats);
}
