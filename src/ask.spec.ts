import { needsConfirmation } from './ask';
import { sample } from './testing/samples';
import type { IRemoteSettings, ISession } from './tokens';

const WORKED = '2026-11-21T10:10:00.000Z';

describe('needsConfirmation', () => {
  it.each<[IRemoteSettings['confirmStop'], Partial<ISession>, boolean]>([
    ['always', {}, true],
    ['always', { clients: 1 }, true],
    ['always', { state: 'starting' }, true],
    ['always', { state: 'stopped', clients: 1 }, false],
    ['used', {}, false],
    ['used', { clients: 1 }, true],
    ['used', { activity: WORKED }, true],
    ['used', { state: 'starting', activity: WORKED }, false],
    ['used', { state: 'failed', activity: WORKED }, false],
    ['never', {}, false],
    ['never', { clients: 2, activity: WORKED }, false]
  ])('setting %s, session %p: %p', (setting, changes, asks) => {
    expect(needsConfirmation(sample(changes), setting)).toBe(asks);
  });
});
