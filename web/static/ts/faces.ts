// How somebody without a picture looks. The server does the same. Pure: no DOM.

const encoder = new TextEncoder();

/** One of eight colours, always the same for the same key. */
export function hueOf(key: string): number {
  let sum = 0;
  for (const byte of encoder.encode(key)) sum = (Math.imul(sum, 31) + byte) >>> 0;
  return sum % 8;
}

/** The first letter of a name, else a dot: never half an emoji. */
export function initialOf(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? (name ? "•" : "?");
}
