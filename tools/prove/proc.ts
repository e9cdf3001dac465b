import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A TCP socket as the operating system reports it. */
export interface SystemSocket {
  readonly inode: string;
  readonly state: 'listening' | 'other';
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Whether this system reports which files and sockets its processes have open. */
export const systemShowsProcesses = process.platform === 'linux';

const listening = '0A';

/** @returns every TCP socket of this machine; empty if the system does not report them */
export function tcpSockets(): SystemSocket[] {
  if (!systemShowsProcesses) return [];
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => linesOf(file).slice(1).flatMap(parseSocket));
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function parseSocket(line: string): SystemSocket[] {
  const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
  if (local === undefined || remote === undefined || inode === undefined) return [];
  return [
    {
      inode,
      state: state === listening ? 'listening' : 'other',
      local: parseEndpoint(local),
      remote: parseEndpoint(remote),
    },
  ];
}

// The system prints 32-bit words in the byte order of the machine, so 0100007F is 127.0.0.1.
function parseEndpoint(text: string): Endpoint {
  const [digits = '', port = ''] = text.split(':');
  const bytes = (digits.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  const v4 = bytes.length === 4 || bytes.slice(0, 10).every((byte) => byte === 0);
  const mapped = bytes.length === 4 ? bytes : bytes.slice(12);
  const plain = v4 && (bytes.length === 4 || bytes[10] === 0xff);
  const loopback6 = bytes.length === 16 && bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
  const address = plain ? mapped.join('.') : loopback6 ? '::1' : digits;
  return { address, port: Number.parseInt(port, 16) };
}

/** @returns the inodes of the process's open sockets and the paths of its open files; null if the process has ended */
export function openDescriptorsOf(pid: number): { sockets: string[]; files: string[] } | null {
  const folder = `/proc/${pid}/fd`;
  try {
    const links = readdirSync(folder).map((fd) => readLink(`${folder}/${fd}`));
    return {
      sockets: links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []),
      files: links.filter((link) => link.startsWith('/')),
    };
  } catch {
    return null;
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

export const isLoopback = (address: string): boolean => /^(127(\.\d+){3}|::1|localhost)$/.test(address);
