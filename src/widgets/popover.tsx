import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

/** A button that opens a small box below it; Escape and clicks elsewhere close it. */
export function Popover(props: {
  readonly icon: LabIcon;
  readonly label: string;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  const { icon, label, children } = props;
  const [open, setOpen] = React.useState(false);
  const box = React.useRef<HTMLDivElement>(null);
  const button = React.useRef<HTMLButtonElement>(null);
  const id = React.useId();
  React.useEffect(() => {
    const onPointer = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) {
        setOpen(false);
      }
    };
    if (open) {
      document.addEventListener('pointerdown', onPointer, true);
    }
    return () => {
      document.removeEventListener('pointerdown', onPointer, true);
    };
  }, [open]);
  return (
    <div
      ref={box}
      className="jp-RemotePopover"
      onKeyDown={event => {
        if (open && event.key === 'Escape') {
          event.stopPropagation();
          setOpen(false);
          button.current?.focus();
        }
      }}
    >
      <button
        ref={button}
        className="jp-mod-styled"
        title={label}
        aria-label={label}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <icon.react tag="span" width="16px" aria-hidden="true" />
      </button>
      {open && (
        <div
          id={id}
          role="group"
          aria-label={label}
          className="jp-RemotePopover-box"
        >
          {children}
        </div>
      )}
    </div>
  );
}
