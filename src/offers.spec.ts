import { doubtOf } from './doubts';
import {
  boundsOf,
  choose,
  chosenOf,
  defaultOf,
  fits,
  offered,
  optionsOf,
  possibilities,
  problemOf,
  problems,
  textOf,
  valueOf
} from './offers';
import type { Texts } from './offers';
import { choiceField, field, offersOf, randomOffers } from './testing/offers';
import { randomFrom } from './testing/samples';
import type { IAllowed, IOffers } from './tokens';

const time = field({ name: 'time', kind: 'seconds', least: 60 });
const memory = field({ name: 'memory', kind: 'bytes', most: 2 ** 36 });
const tasks = field({ name: 'tasks', kind: 'whole', least: 1, most: 16 });

function allow(values: Record<string, string[]>, more = {}): IAllowed {
  return { values, most: {}, default: {}, ...more };
}

const cluster = offersOf({
  fields: [
    choiceField('partition', ['short', 'long', 'gpu', 'closed']),
    choiceField('account', ['physics', 'chemistry']),
    time,
    memory,
    tasks,
    field({ name: 'alone', kind: 'switch' })
  ],
  allowed: [
    allow(
      { partition: ['short'], account: ['physics', 'chemistry'] },
      { most: { time: 3600 }, default: { time: 600 } }
    ),
    allow(
      { partition: ['long', 'gpu'], account: ['physics'] },
      { most: { time: 86_400 }, default: { time: 7200 } }
    )
  ]
});
const [partition, account] = cluster.fields;

if (!partition || !account) {
  throw new Error('the cluster has both');
}

describe('choices', () => {
  it('say what stands against them', () => {
    const all = possibilities(cluster, { account: 'chemistry' }, partition);
    expect(all.map(({ against }) => against)).toEqual([
      [],
      ['account'],
      ['account'],
      ['account']
    ]);
    expect(all.map(({ never }) => never)).toEqual([false, false, false, true]);
  });

  it('empty others that cannot go with the new one, and say so', () => {
    const before = { partition: 'gpu', account: 'physics', time: '5 h' };
    const { texts, cleared } = choose(cluster, before, 'account', 'chemistry');
    expect(cleared).toEqual(['partition']);
    expect(texts).toEqual({ account: 'chemistry', time: '5 h' });
    expect(choose(cluster, before, 'partition', '')).toEqual({
      texts: { ...before, partition: '' },
      cleared: []
    });
  });

  it('of an earlier day are dropped when they are no longer offered', () => {
    const old = { partition: 'gone', account: 'physics', colour: 'red' };
    expect(offered(cluster, old)).toEqual({
      texts: { account: 'physics' },
      cleared: ['partition']
    });
    const never = { partition: 'gpu', account: 'chemistry' };
    expect(offered(cluster, never).cleared).toEqual(['account']);
  });
});

describe('bounds', () => {
  it('follow the choices, and say which', () => {
    expect(boundsOf(cluster, {}, time).most).toBe(86_400);
    const chosen = { partition: 'short', account: 'physics' };
    expect(boundsOf(cluster, chosen, time)).toEqual({
      least: 60,
      most: 3600,
      because: ['partition']
    });
    expect(boundsOf(cluster, { account: 'chemistry' }, time).because).toEqual([
      'account'
    ]);
  });

  it('are checked in the units of people', () => {
    const check = (texts: Texts, of = time) =>
      problemOf(cluster, texts, of)?.kind ?? 'fine';
    expect(check({ time: '90 min' })).toBe('fine');
    expect(check({ time: '90 min', partition: 'short' })).toBe('most');
    expect(check({ time: '30 s' })).toBe('least');
    expect(check({ time: '90' })).toBe('unreadable');
    expect(check({ time: ' ' })).toBe('fine');
    expect(check({ memory: '64 GiB' }, memory)).toBe('fine');
    expect(check({ memory: '65 GiB' }, memory)).toBe('most');
    expect(check({ tasks: '1.5' }, tasks)).toBe('unreadable');
    expect(check({ tasks: '0' }, tasks)).toBe('least');
    expect(check({ partition: 'gone' }, partition)).toBe('unknown');
    expect(problems(cluster, { time: '5', tasks: '99' })).toEqual([
      'time',
      'tasks'
    ]);
  });
});

describe('defaults', () => {
  it('are those of the choices, or of the default choice', () => {
    expect(defaultOf(cluster, { partition: 'gpu' }, time)).toBe(7200);
    expect(defaultOf(cluster, {}, time)).toBeNull();
    const usual = {
      ...cluster,
      fields: [{ ...partition, default: 'short' }, account, time]
    };
    expect(defaultOf(usual, {}, time)).toBe(600);
    expect(defaultOf(usual, { partition: 'long' }, time)).toBe(7200);
  });
});

describe('doubts', () => {
  const usual = {
    ...cluster,
    fields: [
      { ...partition, default: 'short' },
      { ...account, default: 'chemistry' },
      time
    ]
  };
  const [place, who] = usual.fields;

  it('tell what would wait for ever unless the script says otherwise', () => {
    expect(problemOf(usual, { time: '2 h' }, time)).toBeNull();
    expect(doubtOf(usual, { time: '2 h' }, time)).toMatchObject({
      kind: 'most',
      bounds: { most: 3600, because: ['partition', 'account'] }
    });
    expect(doubtOf(usual, { time: '1 h' }, time)).toBeNull();
    const gpu = { time: '2 h', partition: 'gpu' };
    expect(doubtOf(usual, gpu, time)).toBeNull();
    expect(who && doubtOf(usual, gpu, who)).toEqual({
      kind: 'choice',
      value: 'chemistry'
    });
    const all = { ...gpu, account: 'physics' };
    expect(usual.fields.map(one => doubtOf(usual, all, one))).toEqual([
      null,
      null,
      null
    ]);
    expect(place && doubtOf(usual, {}, place)).toBeNull();
  });
});

describe('values', () => {
  it('are sent only for fields in which something stands', () => {
    const texts = {
      partition: 'gpu',
      account: '',
      time: '1:30:00',
      memory: '4 GB',
      tasks: '',
      alone: 'true'
    };
    expect(optionsOf(cluster, texts)).toEqual({
      partition: 'gpu',
      time: 5400,
      memory: 4e9,
      alone: true
    });
  });

  it('come back from their texts', () => {
    expect(textOf(time, 5400)).toBe('1 h 30 min');
    expect(textOf(time, '1:3')).toBe('1:3');
    expect(valueOf(memory, textOf(memory, 2 ** 34))).toBe(2 ** 34);
    expect(textOf({ kind: 'switch' }, true)).toBe('true');
  });
});

/** All ways to fill all choice fields. */
function everyWay(offers: IOffers): Texts[] {
  return offers.fields
    .filter(({ kind }) => kind === 'choice')
    .reduce<Texts[]>(
      (ways, { name, choices }) =>
        ways.flatMap(way =>
          choices.map(({ value }) => ({ ...way, [name]: value }))
        ),
      [{}]
    );
}

/** By trying every way: those that are allowed and contain these choices. */
function waysWith(offers: IOffers, chosen: Texts): Texts[] {
  const inside = (way: Texts, { values }: IAllowed) =>
    Object.entries(values).every(([name, of]) => of.includes(way[name] ?? ''));
  return everyWay(offers).filter(
    way =>
      Object.entries(chosen).every(([name, value]) => way[name] === value) &&
      (offers.allowed.length === 0 || offers.allowed.some(a => inside(way, a)))
  );
}

/** Some choices at random, allowed together or not. */
function someChoices(offers: IOffers, next: () => number): Texts {
  const ways = everyWay(offers);
  const way = ways[Math.floor(next() * ways.length)] ?? {};
  return Object.fromEntries(Object.entries(way).filter(() => next() < 0.9));
}

describe('random offers, against trying every way', () => {
  const next = randomFrom(3);
  const worlds = Array.from({ length: 400 }, (_, seed) => {
    const offers = randomOffers(seed);
    return { offers, texts: someChoices(offers, next) };
  });

  it('some worlds refuse, some allow', () => {
    const good = worlds.filter(({ offers, texts }) => fits(offers, texts));
    expect(good.length).toBeGreaterThan(100);
    expect(good.length).toBeLessThan(380);
  });

  it('what fits, what is possible, and what stands against it', () => {
    for (const { offers, texts } of worlds) {
      expect(fits(offers, texts)).toBe(waysWith(offers, texts).length > 0);
      for (const one of offers.fields.filter(f => f.kind === 'choice')) {
        for (const p of possibilities(offers, texts, one)) {
          const alone = { [one.name]: p.choice.value };
          const can = waysWith(offers, { ...texts, ...alone }).length > 0;
          expect(p.against.length === 0 && !p.never).toBe(can);
          expect(p.never).toBe(waysWith(offers, alone).length === 0);
        }
      }
    }
  });

  it('a choice stays, clears only what it must, and all it must', () => {
    for (const { offers, texts } of worlds) {
      for (const one of offers.fields.filter(f => f.kind === 'choice')) {
        for (const { choice, never } of possibilities(offers, texts, one)) {
          const after = choose(offers, texts, one.name, choice.value);
          expect(after.texts[one.name]).toBe(choice.value);
          expect(fits(offers, chosenOf(offers, after.texts))).toBe(!never);
          for (const name of after.cleared) {
            const again = { ...after.texts, [name]: texts[name] ?? '' };
            expect(waysWith(offers, chosenOf(offers, again))).toEqual([]);
          }
        }
      }
      const { texts: kept } = offered(offers, texts);
      const possible = waysWith(offers, {}).length > 0;
      expect(fits(offers, chosenOf(offers, kept))).toBe(possible);
    }
  });

  it('the largest number is that of some way', () => {
    for (const { offers, texts } of worlds) {
      const ways = waysWith(offers, texts);
      const of = offers.fields.find(({ name }) => name === 'time') ?? time;
      const most = ways.flatMap(way =>
        offers.allowed
          .filter(({ values }) =>
            Object.entries(values).every(([n, v]) => v.includes(way[n] ?? ''))
          )
          .map(allowed => Math.min(480, allowed.most['time'] ?? Infinity))
      );
      expect(boundsOf(offers, texts, of).most).toBe(
        most.length > 0 ? Math.max(...most) : 480
      );
    }
  });
});
