import * as React from 'react';

/** Height of a row and of the header that stays on top, in CSS pixels. */
export const ROW = 30;
export const HEADER = 30;

/** Rows above and below those that can be seen. */
const MORE = 8;

/** DOM id of the row with a key. */
export function rowId(key: string): string {
  return `jp-RemoteJob-${encodeURIComponent(key)}`;
}

/** Which of `count` rows of one height are in sight of a box that scrolls. */
export function useRows(count: number) {
  const box = React.useRef<HTMLDivElement>(null);
  const [top, setTop] = React.useState(0);
  const [height, setHeight] = React.useState(0);
  React.useLayoutEffect(() => {
    const node = box.current;
    if (!node) {
      return undefined;
    }
    const measure = () => {
      setHeight(node.clientHeight);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    measure();
    return () => {
      observer.disconnect();
    };
  }, []);
  const page = Math.max(1, Math.floor((height - HEADER) / ROW));
  // A shorter list leaves the browser scrolled to its end.
  const at = Math.min(top, Math.max(0, count - page));
  return {
    box,
    page,
    first: Math.max(0, at - MORE),
    last: Math.min(count, at + page + 1 + MORE),
    onScroll: () => {
      setTop(Math.floor((box.current?.scrollTop ?? 0) / ROW));
    },
    /** Scroll as little as needed to see a row. */
    show: (index: number) => {
      const node = box.current;
      if (node && index >= 0) {
        const room = node.clientHeight - HEADER - ROW;
        const upper = index * ROW;
        const least = Math.max(upper - room, node.scrollTop);
        node.scrollTop = Math.min(upper, least);
      }
    }
  };
}
