import type { RefObject } from 'react';
import { useEffect, useRef, useState } from 'react';

/** The present time in ms; renders anew every `interval` ms. */
export function useNow(interval: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => {
      setNow(Date.now());
    }, interval);
    return () => {
      window.clearInterval(timer);
    };
  }, [interval]);
  return now;
}

/** Where the first field that is wrong gets the keyboard when `refused` has grown. */
export function useFirstFault<E extends Element>(
  refused: number
): RefObject<E> {
  const place = useRef<E>(null);
  const before = useRef(refused);
  useEffect(() => {
    if (refused > before.current) {
      place.current
        ?.querySelector<HTMLElement>('[aria-invalid="true"]')
        ?.focus();
    }
    before.current = refused;
  }, [refused]);
  return place;
}
