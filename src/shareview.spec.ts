import { nullTranslator } from '@jupyterlab/translation';

import {
  fullLink,
  livesWithin,
  moment,
  namesIn,
  remaining,
  shareDetails,
  shareSentence,
  stateNow
} from './shareview';
import { share } from './testing/samples';
import type { IShareLimits } from './tokens';

const trans = nullTranslator.load('jupyter_remote');
const now = Date.parse('2026-11-21T10:00:00.000Z');

const limits = (expires_in: number | null): IShareLimits => ({
  expires_in,
  bytes: null,
  users: true,
  options: {}
});

describe('the sentence of a share', () => {
  const until = now + 3_600_000;
  const of = {
    mode: 'hub' as const,
    users: [] as string[],
    once: false,
    outputs: true,
    follow: true,
    until
  };

  it('says who can do what until when', () => {
    expect(shareSentence(of, trans)).toBe(
      `Everybody on this hub who has the link can copy this notebook with its outputs until ${moment(until)}.`
    );
  });

  it('names users, and says what is left out', () => {
    const users = ['ada', 'bob'];
    const words = shareSentence(
      { ...of, users, once: true, outputs: false },
      trans
    );
    expect(words).toBe(
      `Only ada, bob can copy this notebook without its outputs, once, until ${moment(until)}.`
    );
  });

  it('does not promise a hub where there is none', () => {
    expect(shareSentence({ ...of, mode: 'local' }, trans)).toContain(
      'can reach this server'
    );
  });
});

describe('lives', () => {
  it('are those that the administrator allows', () => {
    expect(livesWithin(limits(null))).toEqual([3_600, 86_400, 604_800]);
    expect(livesWithin(limits(86_400))).toEqual([3_600, 86_400]);
    expect(livesWithin(limits(600))).toEqual([600]);
  });
});

describe('a row', () => {
  it('says what is left, how often it was used, which revision', () => {
    const used = share({
      uses: 2,
      last_used: '2026-11-21T09:58:00.000Z',
      revision: 7,
      once: false
    });
    expect(shareDetails(used, now, trans)).toEqual([
      '24\u00a0h\u00a0left',
      'used\u00a02\u00a0times,\u00a0last\u00a02\u00a0min\u00a0ago',
      'revision\u00a07'
    ]);
  });

  it('knows by itself that time is over', () => {
    const over = share({ expires: '2026-11-21T09:59:59.000Z' });
    expect(stateNow(over, now)).toBe('expired');
    expect(remaining(over, now, trans)).toBe('');
    expect(stateNow(share(), now)).toBe('active');
    expect(stateNow(share({ state: 'revoked' }), now)).toBe('revoked');
  });
});

describe('links', () => {
  const page = 'https://hub.example/user/ada/lab?x=1';

  it('get the origin of the page, never another one', () => {
    expect(fullLink('/services/share/s/t', page)).toBe(
      'https://hub.example/services/share/s/t'
    );
  });
});

describe('names', () => {
  it('stand between commas or blanks, each once', () => {
    expect(namesIn(' ada, bob;ada\n carol ')).toEqual(['ada', 'bob', 'carol']);
    expect(namesIn(' ,; ')).toEqual([]);
  });
});
