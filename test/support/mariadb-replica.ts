import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { MariaDbServer } from './mariadb-server.js';
import { until } from './until.js';

/** The arguments of a server that can have replicas, and those of a replica. */
export const PRIMARY = ['--server-id=1', '--log-bin=changes'];
export const REPLICA = ['--server-id=2'];

/** Runs statements, and returns the rows of the last one. */
export async function runOnMariaDb(server: MariaDbServer, ...statements: string[]): Promise<RowDataPacket[]> {
  const connection = await createConnection(server.url);
  let rows: RowDataPacket[] = [];
  for (const statement of statements) [rows] = await connection.query<RowDataPacket[]>(statement);
  await connection.end();
  return rows;
}

/** Starts the replication of all changes since the first one. The replica connects to the primary over `port`. */
export async function replicate(primary: MariaDbServer, replica: MariaDbServer, port = primary.port): Promise<void> {
  await runOnMariaDb(
    replica,
    `CHANGE MASTER TO master_host = '127.0.0.1', master_port = ${port}, master_user = 'app',
      master_log_file = 'changes.000001', master_log_pos = 4, master_use_gtid = no`,
    'START SLAVE',
  );
  await untilApplied(primary, replica);
}

/** Waits until the replica has applied everything that the primary has written. */
export async function untilApplied(primary: MariaDbServer, replica: MariaDbServer): Promise<void> {
  const [written] = await runOnMariaDb(primary, 'SHOW MASTER STATUS');
  await until(async () => {
    const [status] = await runOnMariaDb(replica, 'SHOW SLAVE STATUS');
    if (status?.Relay_Master_Log_File !== written?.File) return false;
    return status?.Exec_Master_Log_Pos >= written?.Position;
  });
}

/** Makes a replica a primary, when it has applied the changes that it has received. */
export async function promote(replica: MariaDbServer): Promise<void> {
  await until(async () => {
    const [status] = await runOnMariaDb(replica, 'SHOW SLAVE STATUS');
    return String(status?.Slave_SQL_Running_State).startsWith('Slave has read all relay log');
  });
  await runOnMariaDb(replica, 'STOP SLAVE', 'RESET SLAVE ALL');
}
