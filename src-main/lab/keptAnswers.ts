/** Answers that are given again as long as nothing was written: the last few, by what was asked. */
export class KeptAnswers {
  readonly #most = 4;
  readonly #version: () => string;
  readonly #answers = new Map<string, unknown>();
  #of = '';

  /** @param version - changes with whatever is written. */
  constructor(version: () => string) {
    this.#version = version;
  }

  /** @param asked - plain data that names the question. */
  of<Answer>(asked: unknown, answer: () => Answer): Answer {
    const version = this.#version();
    if (version !== this.#of) this.#answers.clear();
    this.#of = version;
    const key = JSON.stringify(asked);
    const found = this.#answers.has(key) ? (this.#answers.get(key) as Answer) : answer();
    this.#answers.delete(key); // so that the one asked for last stands last
    this.#answers.set(key, found);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#most && oldest !== undefined) this.#answers.delete(oldest);
    return found;
  }
}
