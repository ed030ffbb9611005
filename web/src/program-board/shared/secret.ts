// The address of a shared board. Apart from the page, because every page's start looks at it.

/**
 * `/shared#<secret>` gives the secret, `/shared` an empty one; what is no such address gives nothing. What stands behind
 * `#` is sent to no server.
 */
export function secretOf({ pathname, hash }: Pick<Location, "pathname" | "hash">): string | null {
  return /^\/shared\/?$/.test(pathname) ? hash.replace(/^#/, "") : null;
}
