import * as React from 'react';

/** A group of choices with its name. */
export function Choices(props: {
  readonly legend: string;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  return (
    <fieldset className="jp-RemoteSharing-choices">
      <legend>{props.legend}</legend>
      <div>{props.children}</div>
    </fieldset>
  );
}

/** One of several. */
export function Radio(props: {
  readonly name: string;
  readonly label: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
}): React.JSX.Element {
  const { name, label, checked, onChoose } = props;
  return (
    <label>
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      {label}
    </label>
  );
}

/** Yes or no. */
export function Check(props: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}): React.JSX.Element {
  const { label, checked, onChange } = props;
  return (
    <label>
      <input
        type="checkbox"
        checked={checked}
        onChange={event => {
          onChange(event.target.checked);
        }}
      />
      {label}
    </label>
  );
}

/** The value of an option of a server. */
export function optionText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
