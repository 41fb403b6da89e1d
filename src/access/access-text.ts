import type { AccessRow } from './access-row.js';

/**
 * A row as one line of text, with every fact of the row. The columns are not aligned, so that a new handler changes one line.
 *
 * @internal
 */
export function textOfRow(row: AccessRow): string {
  const { transport, kind, address, version, host, handler } = row;
  const where = [
    `${transport} ${kind} ${address}`,
    version === null ? '' : `version ${version}`,
    host === null ? '' : `host ${host}`,
  ];
  return `${where.filter((part) => part !== '').join(', ')} (${handler}): ${factsOf(row).join(', ')}`;
}

function factsOf(row: AccessRow): string[] {
  const token = row.type === null ? '' : `${row.fresh ? 'fresh ' : ''}${row.type === 'any' ? 'any' : row.type} token`;
  const facts = [
    row.requirement,
    token,
    listed('scopes', row.scopes),
    listed('one scope of', row.anyScope),
    listed('one role of', row.roles),
    row.allow === null ? '' : `allow ${row.allow}`,
    listed('in', row.locations),
    row.realm === null ? '' : `realm ${row.realm}`,
    row.type === null || row.revocation ? '' : 'no revocation check',
    listed('guards', row.guards),
    listed('cache', row.cache),
  ];
  return facts.filter((fact) => fact !== '');
}

function listed(name: string, values: readonly string[]): string {
  return values.length === 0 ? '' : `${name} [${values.join(', ')}]`;
}
