const maxWaitMs = 3_000;

/** Tries again until it goes well, for some seconds: a client that was made this moment may still be connecting. */
export async function retryUntilConnected(check: () => Promise<void>): Promise<void> {
  const end = Date.now() + maxWaitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
