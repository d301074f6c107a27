import plugins from './index';

describe('plugins', () => {
  it('is a list', () => {
    expect(Array.isArray(plugins)).toBe(true);
  });
});
