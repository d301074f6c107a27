import { nullTranslator } from '@jupyterlab/translation';

import { cancelBody } from './jobactions';
import { suits } from './jobview';
import { job } from './testing/samples';
import type { IJobBackend } from './tokens';

const trans = nullTranslator.load('jupyter_remote');

it('says of jobs of Everest that their end is only asked for', () => {
  const mine = job({ backend: 'everest:mine' });
  expect(cancelBody([mine], trans)).toContain('until it has agreed');
  expect(cancelBody([job(), mine], trans)).toContain('until it has agreed');
  expect(cancelBody([job()], trans)).not.toContain('Everest');
});

it('deletes jobs that have ended, where the backend keeps them', () => {
  const backend: IJobBackend = { seen: null, silent: '', can: ['delete'] };
  const ended = job({ state: 'failed' });
  expect(suits('delete', ended, backend)).toBe(true);
  expect(suits('delete', job({ state: 'running' }), backend)).toBe(false);
  expect(suits('delete', job({ state: 'stopping' }), backend)).toBe(false);
  expect(suits('delete', ended, { ...backend, can: ['cancel'] })).toBe(false);
  const session = job({ state: 'failed', session: 'a' });
  expect(suits('delete', session, backend)).toBe(false);
});

it('requeues what ended only where that can be done', () => {
  const backend: IJobBackend = { seen: null, silent: '', can: ['requeue'] };
  const ended = job({ state: 'failed' });
  expect(suits('requeue', job(), backend)).toBe(true);
  expect(suits('requeue', ended, backend)).toBe(false);
  const able: IJobBackend = { ...backend, can: ['requeue', 'requeue-ended'] };
  expect(suits('requeue', ended, able)).toBe(true);
  expect(suits('requeue', job({ state: 'queued' }), able)).toBe(false);
});
