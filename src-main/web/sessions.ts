import { randomBytes, timingSafeEqual } from 'node:crypto';

const secret = (): string => randomBytes(32).toString('base64url');

const isSame = (given: string, kept: string): boolean => {
  const [left, right] = [Buffer.from(given), Buffer.from(kept)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Who may come in: a token opens once, for a session that lasts as long as the server; then there is a new token. */
export class Sessions {
  readonly #open = new Set<string>();
  #token = secret();

  get token(): string {
    return this.#token;
  }

  /** The new session's secret; null for a token that is wrong or was used. */
  exchange(token: string): string | null {
    if (!isSame(token, this.#token)) return null;
    this.#token = secret();
    const session = secret();
    this.#open.add(session);
    return session;
  }

  has(session: string): boolean {
    return [...this.#open].some((kept) => isSame(session, kept));
  }
}
