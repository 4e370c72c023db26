import { config } from 'zod';
import { mendLanguage } from './language';
import { limitTrustedTypes } from './trusted-types';

// Before any other module is evaluated, and so imported first: some look at the language, or try what
// the page's policy refuses, as they load.
mendLanguage(navigator);
limitTrustedTypes(window);
// Zod need not try whether it may make code of texts.
config({ jitless: true });
