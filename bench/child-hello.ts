import express from 'express';
import { reportCpu } from './measured-process.ts';

// The least that Express can answer: the unit in which the list page is measured.
const app = express();
app.get('/', (_request, response) => {
  response.send('hello');
});
const server = app.listen(0, '127.0.0.1', () => reportCpu(server));
