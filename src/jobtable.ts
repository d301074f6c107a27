import type { IJob } from './tokens';

/** The values of one field: the same for all, by index, or one for each record. */
export type IColumn =
  | { readonly all: unknown }
  | { readonly of: readonly unknown[]; readonly at: readonly number[] }
  | { readonly each: readonly unknown[] };

/** Records as columns, as the server sends them. */
export interface ITable {
  readonly count: number;
  readonly columns: Readonly<Record<string, IColumn>>;
}

/** The jobs of a table. */
export function fromTable({ count, columns }: ITable): readonly IJob[] {
  const fields = Object.entries(columns).map(
    ([field, column]) => [field, valuesOf(column)] as const
  );
  return Array.from({ length: count }, (_, index) => {
    const record: Record<string, unknown> = {};
    for (const [field, valueAt] of fields) {
      record[field] = valueAt(index);
    }
    return record as unknown as IJob;
  });
}

function valuesOf(column: IColumn): (index: number) => unknown {
  if ('all' in column) {
    return () => column.all;
  }
  if ('each' in column) {
    return index => column.each[index];
  }
  return index => column.of[column.at[index] ?? 0];
}
