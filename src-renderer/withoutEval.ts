import { z } from 'zod';

// The page's CSP forbids eval. zod decides while schemas are built, so this module is imported before every schema.
z.config({ jitless: true });
