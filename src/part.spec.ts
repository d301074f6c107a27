import { showErrorMessage } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';

import { part } from './part';

jest.mock('@jupyterlab/apputils', () => ({
  showErrorMessage: jest.fn(() => Promise.resolve())
}));

const trans = nullTranslator.load('jupyter_remote');

describe('part', () => {
  it('is what was loaded', async () => {
    expect(await part(Promise.resolve(5), trans)).toBe(5);
    expect(showErrorMessage).not.toHaveBeenCalled();
  });

  it('says why nothing came', async () => {
    const error = new Error('Loading chunk 17 failed.');
    expect(await part(Promise.reject(error), trans)).toBeNull();
    expect(showErrorMessage).toHaveBeenCalledWith(
      expect.stringContaining('could not be loaded'),
      expect.stringMatching(/^Loading chunk 17 failed\. Try it again/)
    );
  });
});
