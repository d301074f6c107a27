import { defineConfig } from '@playwright/test';

import tests from './playwright.config';

/** Makes pictures for the documentation: `npm run pictures`. */
export default defineConfig(tests, {
  testDir: 'pictures',
  testMatch: '*.ts',
  workers: 1
});
