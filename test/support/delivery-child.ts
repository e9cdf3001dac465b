import * as activityStore from '../../src/core/activity/activity.store.ts';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import { createTransport } from '../../src/platform/mail-transport.ts';
import { noticesWorker, type DeliveryTask } from './deliveries.ts';
import { interrupt } from './interrupt.ts';

// The child process carries out tasks until its channel is closed: it records an event, delivers notices, and kills
// itself at a given point. It opens the database for each task, as a new process does.
async function carryOut({ database: config, smtpUrl, now, record, killedAt }: DeliveryTask): Promise<void> {
  const opened = openSubscribedDatabase(config);
  const die = (): Promise<never> => {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => {});
  };
  const database =
    typeof killedAt === 'object' && killedAt !== null
      ? interrupt(opened, new RegExp(killedAt.statement, 'i'), { [killedAt.when]: die })
      : opened;
  const from = { name: '', address: 'portal@host.example' };
  const transport = createTransport({ kind: 'smtp', url: new URL(smtpUrl), from });
  if (record) await activityStore.record(database, record.scope, { kind: 'user.unblocked' }, record.userId, now);
  if (killedAt === 'recorded') await die();
  const worker = noticesWorker(database, (mail) => transport.send(mail, now), { now });
  await worker.run(new AbortController().signal);
  await opened.close();
}

process.on('message', (task: DeliveryTask) => void carryOut(task).then(() => process.send?.('done')));
process.send?.('ready');
