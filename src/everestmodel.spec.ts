import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { StateDB } from '@jupyterlab/statedb';

import type { EverestClient } from './everestclient';
import { EverestMemory } from './everestmemory';
import { AppFormModel } from './everestmodel';
import { EMPTY_DRAFT } from './everestports';
import { follow, TransferCancelled } from './everesttransfer';
import { account, application, port } from './testing/everest';
import type { IJobRequest, ITransfer } from './tokens';

const trans = nullTranslator.load('');
const file = port('file', { file: true, required: true });
const files = port('files', { file: true, type: 'array' });
const secret = { secret: true };
const app = application(
  port('words'),
  port('password', secret),
  port('keys', { ...secret, type: 'array', items: 'string' }),
  port('tokens', { ...secret, type: 'object' }),
  file,
  files
);

function transfer(changes: Partial<ITransfer<string>>): ITransfer<string> {
  const begun = { id: '1', name: '', state: 'running', done: 0, total: 9 };
  return { ...begun, result: null, error: '', ...changes } as ITransfer<string>;
}

/** A form at a server of the test's own; every file is sent at the second look. */
function form(fails: Record<string, string> = {}) {
  const sent: string[] = [];
  const ended: string[] = [];
  const submitted: IJobRequest[] = [];
  const looks = new Map<string, number>();
  const client = {
    send: (_: string, path: string) => {
      sent.push(path);
      return Promise.resolve(transfer({ id: path }));
    },
    transfer: (id: string) => {
      const look = (looks.get(id) ?? 0) + 1;
      looks.set(id, look);
      if (ended.includes(id)) {
        return Promise.resolve(transfer({ id, state: 'cancelled' }));
      }
      if (look < 2) {
        return Promise.resolve(transfer({ id, done: 4 }));
      }
      const error = fails[id] ?? '';
      const state = error ? 'failed' : 'done';
      const result = error ? null : `/api/files/${id}`;
      return Promise.resolve(transfer({ id, state, result, error }));
    },
    endTransfer: (id: string) => {
      ended.push(id);
      return Promise.resolve();
    }
  };
  const server = { error: null as Error | null };
  const jobs = {
    submit: (request: IJobRequest) => {
      submitted.push(request);
      return server.error
        ? Promise.reject(server.error)
        : Promise.resolve('everest:work/7');
    }
  };
  const memory = new EverestMemory(new StateDB());
  const model = new AppFormModel({
    client: client as unknown as EverestClient,
    jobs,
    memory,
    account: account(),
    app,
    draft: EMPTY_DRAFT,
    trans
  });
  return { model, sent, ended, submitted, server, memory };
}

describe('the form of an application', () => {
  it('sends nothing while something is missing', async () => {
    const { model, sent, submitted } = form();
    expect(await model.submit()).toBe('');
    expect([model.tried, model.refused]).toEqual([true, 1]);
    expect(model.wrong).toEqual([file]);
    expect([sent, submitted]).toEqual([[], []]);
  });

  it('sends each file once, then submits, and remembers no secret', async () => {
    const { model, sent, submitted, memory } = form();
    model.setText('words', 'two');
    model.setText('password', 'hidden');
    model.setText('keys', 'one\ntwo');
    model.setText('tokens', '{"a": "b"}');
    model.setName(' job ');
    model.addFiles(file, [{ path: 'b' }, { path: 'a' }]);
    // What was dropped could not be taken.
    model.addFiles(file, []);
    model.addFiles(files, [{ path: 'a' }, { path: 'c' }]);
    model.addFiles(files, [{ path: 'a' }, { uri: '/api/files/9', name: 'n' }]);
    const seen: string[] = [];
    model.stateChanged.connect(() => {
      seen.push(model.busy);
    });
    expect(await model.submit()).toBe('everest:work/7');
    expect(sent).toEqual(['a', 'c']);
    expect(seen.filter((busy, at) => busy !== seen[at - 1])).toEqual([
      'upload',
      'submit',
      ''
    ]);
    expect(submitted).toHaveLength(1);
    expect(submitted[0]).toMatchObject({
      backend: 'everest:work',
      name: 'job'
    });
    expect(JSON.parse(submitted[0]?.script ?? '')).toEqual({
      app: 'me/app',
      inputs: {
        words: 'two',
        password: 'hidden',
        keys: ['one', 'two'],
        tokens: { a: 'b' },
        file: '/api/files/a',
        files: ['/api/files/a', '/api/files/c', '/api/files/9']
      }
    });
    const kept = await memory.of(app);
    expect(kept.texts).toEqual({ words: 'two' });
    expect(kept.files['files']).toEqual([{ path: 'a' }, { path: 'c' }]);
  });

  it('brings back what stood there before it was emptied', async () => {
    const { model } = form();
    expect(model.canUndo).toBe(false);
    model.setText('words', 'two');
    model.addFiles(file, [{ path: 'a' }]);
    const { draft } = model;
    model.reset();
    expect([model.draft, model.canUndo]).toEqual([EMPTY_DRAFT, true]);
    model.setText('words', 'by mistake');
    model.undo();
    expect([model.draft, model.canUndo]).toEqual([draft, false]);
    model.reset();
    model.addFiles(file, [{ path: 'a' }]);
    await model.submit();
    expect(model.canUndo).toBe(false);
  });

  it('says of which file it was not sent, and submits nothing', async () => {
    const { model, submitted } = form({ c: 'c cannot be read' });
    model.addFiles(file, [{ path: 'c' }]);
    expect(await model.submit()).toBe('');
    expect(model.failure).toEqual({ words: 'c cannot be read', lost: false });
    expect(model.uploads.all.get('c')?.state).toBe('failed');
    expect(submitted).toEqual([]);
    model.removeFile('file', { path: 'c' });
    expect(model.failure).toBeNull();
  });

  it('ends a file that is on its way', async () => {
    const { model, ended, submitted } = form();
    model.addFiles(file, [{ path: 'a' }]);
    const submitting = model.submit();
    model.uploads.cancel('a');
    expect(await submitting).toBe('');
    expect(model.failure?.words).toBe('Sending a was cancelled.');
    expect(ended).toEqual(['a']);
    expect(model.uploads.all.get('a')?.state).toBe('cancelled');
    expect(submitted).toEqual([]);
  });

  it('says that a job may exist when its answer is lost', async () => {
    const { model, server } = form();
    model.addFiles(file, [{ uri: '/api/files/1', name: 'one' }]);
    server.error = new ServerConnection.NetworkError(new TypeError('cut'));
    expect(await model.submit()).toBe('');
    expect(model.failure?.lost).toBe(true);
  });
});

describe('a transfer', () => {
  const pause = () => Promise.resolve();

  it('outlives looks that fail, but no answer that says no', async () => {
    let look = 0;
    const client = {
      endTransfer: () => Promise.resolve(),
      transfer: <R>() => {
        look += 1;
        return look < 4
          ? Promise.reject(new ServerConnection.NetworkError(new TypeError()))
          : Promise.resolve(
              transfer({ state: 'done', result: 'uri' }) as ITransfer<R>
            );
      }
    };
    expect(await follow(transfer({}), { client, pause })).toBe('uri');
    const gone = new ServerConnection.ResponseError(
      new Response('', { status: 404 }),
      'there is no such transfer'
    );
    const away = { ...client, transfer: () => Promise.reject(gone) };
    await expect(follow(transfer({}), { client: away, pause })).rejects.toThrow(
      'there is no such transfer'
    );
  });

  it('is ended although the server was not reached at first', async () => {
    const ended: string[] = [];
    const end = new AbortController();
    end.abort();
    let tries = 0;
    const client = {
      endTransfer: (id: string) => {
        tries += 1;
        if (tries === 1) {
          const lost = new ServerConnection.NetworkError(new TypeError());
          return Promise.reject(lost);
        }
        ended.push(id);
        return Promise.resolve();
      },
      transfer: <R>() =>
        Promise.resolve(
          transfer(
            ended.length > 0 ? { state: 'cancelled' } : {}
          ) as ITransfer<R>
        )
    };
    const { signal } = end;
    await expect(
      follow(transfer({}), { client, pause, signal })
    ).rejects.toBeInstanceOf(TransferCancelled);
    expect(ended).toHaveLength(1);
  });
});
