/** Rows that are read twice are few enough to stay in the first-level cache. */
export function rowsPerChunk(channels: i32): i32 {
  return max(8, 4096 / channels);
}
