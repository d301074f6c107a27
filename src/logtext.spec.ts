import { lineText, parseLine, PLAIN } from './ansi';
import { LogText, matchesIn } from './logtext';

const ESC = '\u001b';

describe('parseLine', () => {
  const spans = (raw: string) => parseLine(raw, PLAIN)[0];

  it('knows 16 colours, 256, all, and styles', () => {
    expect(spans(`a${ESC}[1;31mb${ESC}[0mc`)).toEqual([
      { text: 'a', classes: '' },
      { text: 'b', classes: 'ansi-red-fg ansi-bold' },
      { text: 'c', classes: '' }
    ]);
    expect(spans(`${ESC}[97;104mx`)[0]?.classes).toBe(
      'ansi-white-intense-fg ansi-blue-intense-bg'
    );
    expect(spans(`${ESC}[38;5;208mx`)[0]?.color).toBe('#ff8700');
    expect(spans(`${ESC}[48;2;1;2;255mx`)[0]?.background).toBe('#0102ff');
    expect(spans(`${ESC}[38;5;9mx`)[0]?.classes).toBe('ansi-red-intense-fg');
    expect(spans(`${ESC}[7mx`)[0]?.classes).toContain('default-inverse-bg');
  });

  it('hands the look on to the next line', () => {
    const [, look] = parseLine(`${ESC}[32mgreen`, PLAIN);
    expect(parseLine('still', look)[0][0]?.classes).toBe('ansi-green-fg');
  });

  it('shows no escape sequence, and controls as what cannot be shown', () => {
    const text = (raw: string) => lineText(spans(raw));
    expect(text(`${ESC}]0;title\u0007a${ESC}[2Kb${ESC}[1;1Hc${ESC}`)).toBe(
      'abc'
    );
    expect(text('a\u0000b\u0007\tc\u009bd')).toBe('a\ufffdb\ufffd\tc\ufffdd');
    expect(text('10 %\r55 %\r100 %\r')).toBe('100 %');
    expect(text('<b>&amp;</b>')).toBe('<b>&amp;</b>');
  });
});

describe('LogText', () => {
  it('is the same however the text is cut into pieces', () => {
    const lines = Array.from({ length: 450 }, (_, i) =>
      i % 7 === 0 ? `${ESC}[3${i % 8}mline ${i}` : `line ${i}`
    );
    const all = lines.join('\n');
    const whole = new LogText();
    whole.append(all);
    const torn = new LogText();
    for (let at = 0; at < all.length; at += 11) {
      torn.append(all.slice(at, at + 11));
    }
    expect(torn.blocks).toEqual(whole.blocks);
    expect(whole.blocks).toHaveLength(3);
    expect(whole.text.split('\n')).toHaveLength(450);
  });

  it('keeps blocks that do not change', () => {
    const text = new LogText();
    text.append('x\n'.repeat(250));
    const [first, second] = text.blocks;
    text.append('y');
    expect(text.blocks[0]).toBe(first);
    expect(text.blocks[1]).not.toBe(second);
    expect(new LogText().blocks).toEqual([]);
  });

  it('is torn where a line never ends', () => {
    const text = new LogText();
    text.append('z'.repeat(50_000));
    expect(text.blocks[0]?.lines).toHaveLength(3);
  });
});

describe('matchesIn', () => {
  it('finds words in any case, as they are written', () => {
    const text = new LogText();
    text.append(`${ESC}[31mEr${ESC}[0mror [1]\nno error\n`.repeat(150));
    const found = matchesIn(text.blocks, 'error');
    expect(found).toHaveLength(300);
    expect(found[1]).toEqual({ block: 0, line: 1, start: 3, end: 8 });
    expect(found[299]).toEqual({ block: 1, line: 99, start: 3, end: 8 });
    expect(matchesIn(text.blocks, '[1]')).toHaveLength(150);
    expect(matchesIn(text.blocks, '')).toEqual([]);
    text.append('r'.repeat(200));
    expect(matchesIn(text.blocks, 'r')).toHaveLength(1_000);
  });
});
