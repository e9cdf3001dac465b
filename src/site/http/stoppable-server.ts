import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

export interface StopTimes {
  /** How long requests are still accepted after the stop begins, in ms. */
  readonly noticeMs: number;
  /** The maximum time for requests in progress after that, in ms. */
  readonly graceMs: number;
}

/** An HTTP server that can be stopped without losing requests. */
export interface StoppableServer {
  readonly http: Server;
  /**
   * Starts listening.
   * @throws if the address is not available
   */
  listen(port: number, host: string): Promise<void>;
  readonly isStopping: () => boolean;
  /**
   * Stops the server. From then on, every response closes its connection, so that clients open the next one elsewhere.
   * The server accepts requests until load balancers have had time to notice, then waits for those in progress.
   */
  stop(times: StopTimes): Promise<void>;
}

const limits = { connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 };
const maxHeadersMs = 10_000;

/** The time limits for slow clients, in ms. */
export interface ClientTimes {
  /**
   * The maximum time to send a request. The app allows less for forms, and for uploads by clients that are not signed
   * in.
   */
  readonly requestMs: number;
  /** The maximum time during which a client sends or reads nothing while the server waits for it. */
  readonly stallMs: number;
  /** The maximum time to read a response, counted from the arrival of the request. */
  readonly responseMs: number;
}

const defaultTimes: ClientTimes = { requestMs: 10 * 60_000, stallMs: 30_000, responseMs: 60 * 60_000 };

/** @param handle the app, which may call `isStopping` */
export function createStoppableServer(handle: RequestListener, times = defaultTimes): StoppableServer {
  const headersTimeout = Math.min(maxHeadersMs, times.requestMs);
  const server = createServer({ ...limits, headersTimeout, requestTimeout: times.requestMs });
  const responses = new Set<ServerResponse>();
  let stopping = false;
  server.on('request', (request, response) => {
    responses.add(response);
    const deadline = setTimeout(() => request.socket.destroy(), times.responseMs).unref();
    response.once('close', () => {
      clearTimeout(deadline);
      responses.delete(response);
    });
    if (stopping) closeAfter(response);
    handle(request, response);
  });
  server.setTimeout(times.stallMs, (socket) => {
    if (!isWaitingForApp(socket, responses)) socket.destroy();
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

/** @returns whether a connection is idle because the app is preparing a response, not because of the client */
function isWaitingForApp(socket: Socket, responses: ReadonlySet<ServerResponse>): boolean {
  const isPreparing = [...responses].some(({ req }) => req.socket === socket && req.complete);
  return isPreparing && socket.writableLength === 0;
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
  // The headers of a download that is in progress are already sent.
  else response.once('finish', () => response.socket?.destroySoon());
}

const shortTurnMs = 1;
const maxTurns = 200;

/**
 * Waits for a short turn of the event loop in which no connection arrives. When a listener closes, the operating system
 * resets the connections still in its queue, so the listener must be closed right after the queue becomes empty.
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

/**
 * Closes the listener and the idle connections, and waits for the other connections, which are closed after `graceMs`.
 */
function drain(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
  });
}
