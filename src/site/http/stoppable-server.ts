import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

export interface StopTimes {
  /** The time for which requests are still accepted after the stop began, in ms. */
  readonly noticeMs: number;
  /** The maximum time for requests in progress after that, in ms. */
  readonly graceMs: number;
}

/** An HTTP server that can be stopped without losing requests. */
export interface StoppableServer {
  readonly http: Server;
  /**
   * Starts to listen.
   * @throws if the address is not available
   */
  listen(port: number, host: string): Promise<void>;
  readonly isStopping: () => boolean;
  /**
   * Stops the server. From now on every response closes its connection, so that clients open the next one elsewhere.
   * The server accepts requests until load balancers have had time to notice, then waits for those in progress.
   */
  stop(times: StopTimes): Promise<void>;
}

const limits = {
  connectionsCheckingInterval: 1_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  maxHeaderSize: 16 * 1024,
};

/** @param handle the app, which may ask `isStopping` */
export function createStoppableServer(handle: RequestListener): StoppableServer {
  const server = createServer(limits);
  const responses = new Set<ServerResponse>();
  let stopping = false;
  server.on('request', (request, response) => {
    responses.add(response);
    response.once('close', () => responses.delete(response));
    if (stopping) closeAfter(response);
    handle(request, response);
  });
  return {
    http: server,
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      }),
    isStopping: () => stopping,
    stop: async ({ noticeMs, graceMs }) => {
      stopping = true;
      responses.forEach(closeAfter);
      await delay(noticeMs);
      await untilNothingArrives(server);
      await drain(server, graceMs);
    },
  };
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
  // The headers of a download that is in progress are already sent.
  else response.once('finish', () => response.socket?.destroySoon());
}

const shortTurnMs = 1;
const maxTurns = 200;

/**
 * Waits for a short turn of the event loop in which no connection arrived. The system resets connections that it has
 * accepted but the process has not, so the listener is closed right after its queue was empty.
 */
async function untilNothingArrives(server: Server): Promise<void> {
  let arrivals = 0;
  const onArrival = (): void => {
    arrivals++;
  };
  server.on('connection', onArrival).on('request', onArrival);
  for (let turn = 0; turn < maxTurns; turn++) {
    const [before, startedAt] = [arrivals, performance.now()];
    await nextTurn();
    if (arrivals === before && performance.now() - startedAt < shortTurnMs) break;
  }
  server.off('connection', onArrival).off('request', onArrival);
}

/** Closes the listener and the idle connections, and waits for the other connections, which are cut after `graceMs`. */
function drain(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
  });
}
