import express from 'express';
import { reportUsage } from './measured-process.ts';

// The minimal Express application, the unit in which the list page is measured.
const app = express();
app.get('/', (_request, response) => {
  response.send('hello');
});
const server = app.listen(0, '127.0.0.1', () => reportUsage(server));
