import { ServerConnection } from '@jupyterlab/services';

import type { EverestClient } from './everestclient';
import type { ITransfer } from './tokens';

/** Pauses between two looks, in ms: a small file is there soon. */
const PAUSES = [100, 200, 300, 500];

/** So many looks in a row may fail: what is on its way goes on meanwhile. */
const PATIENCE = 60;

/** A transfer that somebody ended. */
export class TransferCancelled extends Error {}

/** What is told while it goes on, and how it is ended. */
export interface IFollowOptions<R> {
  readonly client: Pick<EverestClient, 'transfer' | 'endTransfer'>;
  readonly told?: (transfer: ITransfer<R>) => void;
  /** Ends the transfer. */
  readonly signal?: AbortSignal;
  /** Waits so many ms. */
  readonly pause?: (ms: number) => Promise<void>;
}

/**
 * Look at a transfer until it has ended; answers its result. Rejects with the
 * server's words, or with TransferCancelled.
 */
export async function follow<R>(
  begun: ITransfer<R>,
  options: IFollowOptions<R>
): Promise<R> {
  const { client, told, signal, pause = wait } = options;
  let transfer = begun;
  let ending = false;
  for (let look = 0; transfer.state === 'running'; look++) {
    told?.(transfer);
    await pause(PAUSES[Math.min(look, PAUSES.length - 1)] ?? 500);
    if (signal?.aborted && !ending) {
      ending = await ended(transfer.id, client);
    }
    transfer = await seen(transfer, client, pause);
  }
  told?.(transfer);
  if (transfer.state === 'done') {
    return transfer.result as R;
  }
  throw transfer.state === 'cancelled'
    ? new TransferCancelled(transfer.name)
    : new Error(transfer.error);
}

/** Whether the server was told to end it; when it is not reached, the next look tries again. */
async function ended(
  id: string,
  client: IFollowOptions<unknown>['client']
): Promise<boolean> {
  try {
    await client.endTransfer(id);
    return true;
  } catch (error) {
    if (isAnswer(error)) {
      throw error;
    }
    return false;
  }
}

/** How far it is; a look that fails is no answer. */
async function seen<R>(
  transfer: ITransfer<R>,
  client: IFollowOptions<R>['client'],
  pause: (ms: number) => Promise<void>
): Promise<ITransfer<R>> {
  for (let failed = 1; ; failed++) {
    try {
      return await client.transfer<R>(transfer.id);
    } catch (error) {
      if (isAnswer(error) || failed >= PATIENCE) {
        throw error;
      }
      await pause(1000);
    }
  }
}

/** Whether the server said no, as when it has started anew and knows nothing. */
function isAnswer(error: unknown): boolean {
  const { NetworkError, ResponseError } = ServerConnection;
  return error instanceof ResponseError
    ? error.response.status < 500
    : !(error instanceof NetworkError);
}

function wait(ms: number): Promise<void> {
  return new Promise(resolve => window.setTimeout(resolve, ms));
}
