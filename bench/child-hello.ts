import express from 'express';
import { reportUsage } from './measured-process.ts';

// A minimal Express application, as the baseline for the cost of the list page.
const app = express();
app.get('/', (_request, response) => {
  response.send('hello');
});
const server = app.listen(0, '127.0.0.1', () => reportUsage(server));
