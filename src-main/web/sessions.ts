import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const secret = (): string => randomBytes(32).toString('base64url');
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Who may come in: a link with a token that serves once, then whoever has the cookie that was given for it. */
export const sessions = () => {
  const cookies = new Set<string>();
  let token = secret();
  const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
  return {
    /** The token that the next link carries. */
    token: (): string => token,
    /** Exchanges the token for a cookie's value and makes another token; null where it is not the token. */
    exchange: (given: string): string | null => {
      if (!isSame(given, token)) return null;
      token = secret();
      const cookie = secret();
      cookies.add(cookie);
      return cookie;
    },
    knows: (cookie: string | undefined): boolean =>
      cookie !== undefined && [...cookies].some((known) => isSame(known, cookie)),
  };
};
