/** @returns whether a host name, as `URL.hostname` spells it, always refers to this machine */
export const isLoopbackName = (hostname: string): boolean =>
  /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/**
 * Removes the port that some proxies append to the client's address, and the brackets of an IPv6 address.
 * @param address the address as a proxy reports it; a value in another format is returned unchanged
 */
export const withoutPort = (address: string): string =>
  address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
