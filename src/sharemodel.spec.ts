import { nullTranslator } from '@jupyterlab/translation';

import { ShareModel } from './sharemodel';
import { share } from './testing/samples';
import type { IRemoteShares, IShareLimits, IShareRequest } from './tokens';

const trans = nullTranslator.load('jupyter_remote');

function made(changes: Partial<IShareLimits> = {}, failure = '') {
  const limits: IShareLimits = {
    expires_in: null,
    bytes: null,
    users: true,
    options: { server: { image: 'a' } },
    ...changes
  };
  const order: string[] = [];
  const requests: IShareRequest[] = [];
  const shares = {
    limits,
    mode: 'hub',
    share: (request: IShareRequest) => {
      order.push('share');
      requests.push(request);
      return failure
        ? Promise.reject(new Error(failure))
        : Promise.resolve(share());
    }
  };
  const model = new ShareModel({
    shares: shares as unknown as IRemoteShares,
    path: 'work/fit.ipynb',
    kernel: '',
    save: () => {
      order.push('save');
      return Promise.resolve();
    },
    trans
  });
  return { model, order, requests };
}

describe('ShareModel', () => {
  it('asks for what is usual', async () => {
    const { model, requests } = made();
    expect(await model.create()).toEqual(share());
    expect(requests).toEqual([
      {
        path: 'work/fit.ipynb',
        expires_in: 86_400,
        once: false,
        follow: true,
        outputs: true,
        carry: ['kernel', 'image']
      }
    ]);
  });

  it('saves first, unless the user does not want it', async () => {
    const { model, order } = made();
    await model.create();
    expect(order).toEqual(['save', 'share']);
    order.length = 0;
    model.set({ save: false });
    await model.create();
    expect(order).toEqual(['share']);
  });

  it('begins with the longest life that is allowed', () => {
    expect(made({ expires_in: 7_200 }).model.draft.life).toBe(3_600);
    expect(made({ expires_in: 600 }).model.draft.life).toBe(600);
  });

  it('reads a life of the user’s own, within the limit', async () => {
    const { model, requests } = made({ expires_in: 604_800 });
    model.set({ life: null, own: '2 weeks' });
    expect(model.doubt).toContain('7 d');
    expect(await model.create()).toBeNull();
    model.set({ own: 'soon' });
    expect(model.doubt).toContain('such as');
    expect(await model.create()).toBeNull();
    expect(requests).toEqual([]);
    model.set({ own: '3 d' });
    await model.create();
    expect(requests[0]?.expires_in).toBe(259_200);
  });

  it('wants a name where only those named may open it', async () => {
    const { model, requests } = made();
    model.set({ named: true });
    expect(await model.create()).toBeNull();
    model.set({ names: 'bob' });
    model.setCarry('image', false);
    await model.create();
    expect(requests[0]).toMatchObject({ users: ['bob'], carry: ['kernel'] });
    expect(requests).toHaveLength(1);
  });

  it('keeps what was chosen when the server refuses', async () => {
    const { model } = made({}, 'You share 100 notebooks, the most allowed.');
    model.set({ outputs: false });
    expect(await model.create()).toBeNull();
    expect(model.problem).toBe('You share 100 notebooks, the most allowed.');
    expect(model.busy).toBe(false);
    expect(model.draft.outputs).toBe(false);
  });
});
