import { parseMessage } from './messages';

const source = 'jupyter-remote';

describe('parseMessage', () => {
  it.each([
    { type: 'status', status: 'painted' },
    { type: 'status', status: 'closed', message: 'gone' },
    { type: 'copied', id: 1, text: '' },
    { type: 'clipboard', text: 'x' },
    { type: 'screenshot', id: 2, data: 'data:image/png;base64,AA==' },
    { type: 'release' },
    { type: 'activity' }
  ])('takes $type', message => {
    const data = { source, ...message };
    expect(parseMessage(data)).toBe(data);
  });

  it.each<unknown>([
    null,
    undefined,
    'text',
    1,
    [],
    {},
    { type: 'release' },
    { source: 'other', type: 'release' },
    { source, type: 'status', status: 'fine' },
    { source, type: 'status', status: 'painted', message: 1 },
    { source, type: 'copied', text: 'no id' },
    { source, type: 'copied', id: 1, text: null },
    { source, type: 'screenshot', id: '2', data: '' },
    { source, type: 'clipboard' },
    { source, type: 'constructor' }
  ])('refuses %p', data => {
    expect(parseMessage(data)).toBeNull();
  });
});
