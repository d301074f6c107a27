import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

/** Errors in the words of the server's part of this project, and their codes. */
const own = new WeakMap<object, string>();

/** The error of an answer; it is known later whether our server wrote it. */
export async function errorOf(
  response: Response
): Promise<ServerConnection.ResponseError> {
  const copy = response.clone();
  const error = await ServerConnection.ResponseError.create(response);
  const body: unknown = await copy.json().catch(() => null);
  if (typeof body === 'object' && body !== null && 'reason' in body) {
    own.set(error, String(body.reason));
  }
  return error;
}

/** The code that our server gave to an error; empty: none. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error && own.get(error)) || '';
}

/** Whether what was asked for may have been done: no answer of ours arrived. */
export function isLost(error: unknown): boolean {
  const { NetworkError, ResponseError } = ServerConnection;
  if (error instanceof ResponseError) {
    const { status } = error.response;
    return status === 504 || (status >= 500 && !own.has(error));
  }
  return error instanceof NetworkError;
}

/** What is said of a job whose answer is lost. */
export function lostWords(trans: TranslationBundle): {
  readonly title: string;
  readonly advice: string;
  readonly link: string;
} {
  return {
    title: trans.__('The answer was lost, and the job may exist.'),
    advice: trans.__('Look into the list of jobs before you submit it again.'),
    link: trans.__('Show Jobs')
  };
}
