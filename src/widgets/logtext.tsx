import * as React from 'react';

import type { ISpan, Line } from '../ansi';
import type { IBlock, IMatch } from '../logtext';

interface IBlockProps {
  readonly block: IBlock;
  /** Matches in it. */
  readonly found: readonly IMatch[];
  /** The match that the user is at. */
  readonly current: IMatch | undefined;
}

/** Lines of a log. Drawn anew only when they, or what is found in them, change. */
export const LogBlock = React.memo(
  function LogBlock({ block, found, current }: IBlockProps): React.JSX.Element {
    const { lines } = block;
    return (
      <div
        className="jp-RemoteLog-block"
        style={{ containIntrinsicBlockSize: `auto ${lines.length * 17}px` }}
      >
        {lines.map((line, index) => {
          const here = found.filter(match => match.line === index);
          return (
            <React.Fragment key={index}>
              {here.length === 0
                ? line.map(plain)
                : marked(line, here, current)}
              {'\n'}
            </React.Fragment>
          );
        })}
      </div>
    );
  },
  (before, after) =>
    before.block === after.block &&
    same(before.found, after.found) &&
    (before.current === after.current || after.found.length === 0)
);

function same(before: readonly IMatch[], after: readonly IMatch[]): boolean {
  return (
    before.length === after.length &&
    before.every((match, index) => match === after[index])
  );
}

function plain(span: ISpan, key: number): React.ReactNode {
  const { text, classes, color, background } = span;
  return classes || color || background ? (
    <span key={key} className={classes} style={{ color, background }}>
      {text}
    </span>
  ) : (
    text
  );
}

/** A line with what is found in it; a match may go over several spans. */
function marked(
  line: Line,
  found: readonly IMatch[],
  current: IMatch | undefined
): React.ReactNode {
  const pieces: React.ReactNode[] = [];
  let at = 0;
  for (const span of line) {
    const end = at + span.text.length;
    let from = at;
    const add = (to: number, match?: IMatch) => {
      if (to > from) {
        const text = span.text.slice(from - at, to - at);
        const piece = plain({ ...span, text }, pieces.length);
        pieces.push(
          match ? (
            <mark
              key={pieces.length}
              data-current={match === current || undefined}
            >
              {piece}
            </mark>
          ) : (
            <React.Fragment key={pieces.length}>{piece}</React.Fragment>
          )
        );
        from = to;
      }
    };
    for (const match of found) {
      if (match.end > at && match.start < end) {
        add(Math.max(at, match.start));
        add(Math.min(end, match.end), match);
      }
    }
    add(end);
    at = end;
  }
  return pieces;
}
