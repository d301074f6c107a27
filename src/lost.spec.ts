import { ServerConnection } from '@jupyterlab/services';

import { JobClient } from './jobclient';
import { isLost } from './lost';
import { answers } from './testing/answers';

async function refusal(body: string, status: number): Promise<unknown> {
  const { client } = answers(JobClient, body, { status });
  const request = { backend: 'slurm', script: '#!/bin/sh' };
  return client.submit(request).catch((error: unknown) => error);
}

describe('isLost', () => {
  const ours = JSON.stringify({ message: 'no such account', reason: null });

  it('believes a refusal in the words of our server', async () => {
    for (const status of [400, 409, 500, 502, 503]) {
      const error = await refusal(ours, status);
      expect(error).toHaveProperty('message', 'no such account');
      expect(isLost(error)).toBe(false);
    }
  });

  it('does not believe what stands in between', async () => {
    expect(isLost(await refusal('<html>Bad Gateway</html>', 502))).toBe(true);
    expect(isLost(await refusal('{"message": "away"}', 503))).toBe(true);
    expect(isLost(await refusal(ours, 504))).toBe(true);
    expect(isLost(await refusal('<html>Forbidden</html>', 403))).toBe(false);
  });

  it('knows a network that failed from other errors', () => {
    const { NetworkError } = ServerConnection;
    expect(isLost(new NetworkError(new TypeError('offline')))).toBe(true);
    expect(isLost(new TypeError('a mistake'))).toBe(false);
  });
});
